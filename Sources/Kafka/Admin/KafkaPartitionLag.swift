/// How far a consumer group has come in a partition.
public struct KafkaPartitionLag: Sendable, Hashable {
    /// The offset that the group continues from, or `nil` when it has committed none.
    public var committed: Int64?
    /// From the first offset that the log has up to the one behind the last.
    public var watermarks: Range<Int64>
    /// The id of the member that has the partition, or `nil` while nobody has.
    public var memberID: String?

    /// Creates a lag, for tests of code that reads it.
    public init(committed: Int64?, watermarks: Range<Int64>, memberID: String? = nil) {
        self.committed = committed
        self.watermarks = watermarks
        self.memberID = memberID
    }

    /// Offsets from the committed one to the end of the log, at least 0; `nil` without a committed offset.
    ///
    /// In a log that is compacted or holds control records this is more than the number of records.
    public var records: Int64? {
        self.committed.map { max(0, self.watermarks.upperBound - $0) }
    }
}
