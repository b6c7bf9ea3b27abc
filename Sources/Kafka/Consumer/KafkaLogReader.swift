public import Logging
public import ServerRuntime

/// Reads a known range of one partition without a consumer group; used when a role takes a partition over.
///
/// Each call has a client and a thread of its own that end with it, so nothing lives on between calls and there is
/// nothing to run or to close. A call that no broker accepts ends at its deadline with `.authenticationFailed`. A call
/// costs a connection to the cluster: it is meant for rare work.
public final class KafkaLogReader: Sendable {
    private let connection: KafkaConnectionConfiguration
    private let logger: Logger

    /// Checks the configuration.
    ///
    /// No broker is contacted.
    ///
    /// - Parameters:
    ///   - connection: how to reach the cluster.
    ///   - logger: where the client's own log lines go, below warning.
    /// - Throws: `.invalidConfiguration` naming the key.
    public init(_ connection: KafkaConnectionConfiguration, logger: Logger) throws(KafkaError) {
        self.connection = connection
        self.logger = logger
        _ = try LogReadSession.makeConf(connection)
    }

    /// The offset of the first record that the log has, and the one behind the last.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - partition: the partition.
    ///   - deadline: when to give up.
    /// - Returns: both offsets; they are equal when the log is empty.
    /// - Throws: `.timedOut`, `.unknownTopic`, or what the broker answered.
    public func watermarks(
        topic: String,
        partition: Int32,
        deadline: Deadline
    ) async throws(KafkaError) -> (low: Int64, high: Int64) {
        let id = TopicPartition(topic: topic, partition: partition)
        let range = try await self.query(deadline) { client, timeout throws(KafkaError) in
            try PartitionQueries.watermarks(id, client, timeoutMilliseconds: timeout)
        }
        return (range.lowerBound, range.upperBound)
    }

    /// The number of partitions of a topic.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - deadline: when to give up.
    /// - Returns: the number, or `nil` when the topic does not exist.
    /// - Throws: `.timedOut` or what the broker answered.
    public func partitionCount(topic: String, deadline: Deadline) async throws(KafkaError) -> Int32? {
        try await self.query(deadline) { client, timeout throws(KafkaError) in
            try PartitionQueries.partitionCount(topic, client, timeoutMilliseconds: timeout)
        }
    }

    /// Reads the records with offsets in `from..<to`, in order, as batches of at most 500 records and about 1 MiB.
    ///
    /// Memory is bounded: fetching stops while `body` is behind. Records that the log does not have any more inside the
    /// range (compaction, control records) are passed over; a `from` that the log does not hold is an error. When `to`
    /// lies beyond the log's end, reading waits for records until the deadline.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - partition: the partition.
    ///   - from: the first offset.
    ///   - to: the offset to stop before.
    ///   - deadline: when to give up; batches are not given out after it.
    ///   - body: receives the batches.
    /// - Throws: a `KafkaError` (`.offsetOutOfRange`, `.timedOut`, `.cancelled`, ...) or what `body` throws.
    nonisolated(nonsending) public func read(
        topic: String,
        partition: Int32,
        from: Int64,
        to: Int64,
        deadline: Deadline,
        _ body: ([KafkaRecord]) async throws -> Void
    ) async throws {
        guard from >= 0 else { throw KafkaError(.invalidArgument, "an offset must not be negative, got \(from)") }
        guard from < to else { return }
        let session = try LogReadSession(self.connection, logger: self.logger)
        let id = TopicPartition(topic: topic, partition: partition)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await session.runOnThread(id, from: from, to: to, deadline: deadline) }
            do {
                while let batch = try await session.reader.next() { try await body(batch) }
            } catch {
                session.cancel()
                try await group.waitForAll()
                throw error
            }
            session.cancel()
            try await group.waitForAll()
        }
    }

    private func query<Value: Sendable>(
        _ deadline: Deadline,
        _ body: @escaping @Sendable (OpaquePointer, Int32) throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        let session = try LogReadSession(self.connection, logger: self.logger)
        return try await session.query(deadline, body)
    }
}
