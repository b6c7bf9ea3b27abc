/// How acknowledgements in any order become commits.
///
/// Records that a batch has handed on are remembered until they are acknowledged; the consumer commits the end of the
/// longest run of acknowledged ones, so a commit never runs ahead of work.
public struct KafkaAcknowledgementWindow: Sendable, Hashable {
    /// The most records of a partition that are handed on and not yet part of the finished run.
    ///
    /// At the bound `nextBatch()` suspends until the oldest of them are acknowledged; one batch may exceed it.
    public var recordsMax = 10_000
    /// The longest time between an acknowledgement and the commit that it allows; at least 10 milliseconds.
    public var commitInterval: Duration = .seconds(1)
    /// Finished records after which the commit does not wait for the interval.
    public var commitRecordsMax = 5_000

    /// Creates the settings with the defaults above.
    public init() {}
}
