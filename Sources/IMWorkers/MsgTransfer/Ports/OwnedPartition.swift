package import Kafka

/// A partition that this process reads on behalf of a group, as the workers see it.
package protocol OwnedPartition: Sendable {
    /// The topic.
    var topic: String { get }
    /// The partition's number.
    var partition: Int32 { get }
    /// Whether it is ours, as far as we know.
    var isOwned: Bool { get }
    /// The group's committed offset; nil when there is none.
    func committed() async throws -> Int64?
    /// The offset of the first record that the log has, and the one behind the last.
    func watermarks() async throws -> (low: Int64, high: Int64)
    /// Begins to read, or goes on reading elsewhere.
    func start(at start: KafkaStart) async throws
    /// What there is to read, at least one record; nil when the partition is not ours any more.
    func nextBatch() async throws -> [KafkaRecord]?
    /// Commits the offset of the next record to read; only the owner's is accepted.
    func commit(_ next: Int64) async throws
}

extension KafkaPartition: OwnedPartition {}
