/// Who else may hold an advisory lock.
public enum PostgresAdvisoryLockMode: Sendable, Hashable, CaseIterable {
    /// Nobody.
    case exclusive
    /// Others in this mode.
    case shared

    var suffix: String { self == .shared ? "_shared" : "" }
}
