/// Which of several servers will do: the `target_session_attrs` of libpq, with libpq's names.
public enum PostgresSessionTarget: String, Sendable, Hashable, CaseIterable {
    /// The first one that lets us in.
    case any
    /// One whose sessions may write by default.
    case readWrite = "read-write"
    /// One whose sessions may not write by default.
    case readOnly = "read-only"
    /// One that is not a standby.
    case primary
    /// One that is a standby.
    case standby
    /// A standby if there is one, else any.
    case preferStandby = "prefer-standby"
}
