import IMStorage
import Kafka
import Logging
import ServerRuntime

/// Follows `toMongo` for a store that keeps its own position: the group hands out the partitions, its offset only shows
/// lag.
struct LogFollower: Sendable {
    /// Who follows, for logs and errors.
    let name: String
    let consumer: KafkaConsumer
    let dependencies: TransferDependencies
    /// The stored offset of a partition to go on from; nil before the first record.
    let position: @Sendable (Int32) async throws -> Int64?
    /// Stores messages, then the position `next` of the partition they came from; each step repeated until it succeeds.
    let store: @Sendable (_ runs: [SequencedRecords], _ partition: Int32, _ next: Int64) async throws -> Void

    /// Works until the task is cancelled.
    ///
    /// What is in hand then is done again by whoever goes on.
    func run() async throws {
        try await self.consumer.run { partition in
            // A read that failed may have left out records: it is done again from the stored position.
            try await self.dependencies.retry.run("\(self.name) of partition \(partition.partition)") {
                guard partition.isOwned else { return }
                try await self.start(partition)
                try await self.follow(partition)
            }
        }
    }

    private func start(_ partition: KafkaPartition) async throws {
        let position = try await self.position(partition.partition)
        let (low, high) = try await partition.watermarks()
        let next = try LogPosition.check(
            position,
            low: low,
            high: high,
            reader: self.name,
            log: "\(partition.topic)/\(partition.partition)"
        )
        try await partition.start(at: .offset(next))
    }

    private func follow(_ partition: KafkaPartition) async throws {
        while let records = try await partition.nextBatch() {
            guard let last = records.last else { continue }
            let runs = try await SequencedRecords.read(records, deadLetters: self.dependencies.deadLetters)
            try await self.store(runs, partition.partition, last.offset + 1)
            do {
                try await partition.commit(last.offset + 1)
            } catch {
                // The store has the position; a lag that shows too high for a while harms nobody.
                self.dependencies.logger.debug("\(self.name) offset not committed", metadata: ["error": "\(error)"])
            }
        }
    }
}
