/// Bounds of consumer groups.
struct GroupLimits: Equatable, Sendable {
    /// Members of a group; one more is refused with GROUP_MAX_SIZE_REACHED.
    var membersMax = 1_000
    /// Session timeouts in milliseconds; others are refused with INVALID_SESSION_TIMEOUT.
    ///
    /// A broker begins at six seconds; tests want to see a dead member sooner.
    var sessionTimeout: ClosedRange<Int64> = 100...1_800_000
    /// How long the first rebalance of an empty group waits for more members, in milliseconds.
    var initialRebalanceDelayMilliseconds: Int64 = 0
}
