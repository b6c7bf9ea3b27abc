/// When a write counts as done.
public struct MongoWriteConcern: Sendable, Hashable {
    /// Which members must have the write.
    public enum Acknowledgement: Sendable, Hashable {
        /// Most of the members that vote.
        case majority
        /// This many members, at least 1.
        case members(Int32)
    }

    /// Which members must have the write.
    public var acknowledgement: Acknowledgement
    /// Whether they must have it in their journal on disk.
    public var journal: Bool
    /// How long to wait for other members before the call fails with `.writeConcern`; zero is without end.
    public var timeout: Duration

    /// By default: majority, journaled, within thirty seconds.
    public init(acknowledgement: Acknowledgement = .majority, journal: Bool = true, timeout: Duration = .seconds(30)) {
        self.acknowledgement = acknowledgement
        self.journal = journal
        self.timeout = timeout
    }
}
