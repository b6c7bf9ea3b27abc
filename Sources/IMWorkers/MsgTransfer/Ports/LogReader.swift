package import Kafka
package import ServerRuntime

/// Reads a range of a log without a group, as the workers see it.
package protocol LogReader: Sendable {
    /// The offset of the first record that the log has, and the one behind the last.
    func watermarks(topic: String, partition: Int32, deadline: Deadline) async throws -> (low: Int64, high: Int64)
    /// Gives the records of `from..<to` to `body`, in order.
    nonisolated(nonsending) func read(
        topic: String,
        partition: Int32,
        from: Int64,
        to: Int64,
        deadline: Deadline,
        _ body: ([KafkaRecord]) async throws -> Void
    ) async throws
}

extension KafkaLogReader: LogReader {}
