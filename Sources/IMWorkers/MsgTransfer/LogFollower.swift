import IMStorage
import Kafka
import Logging

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

    /// Works until the task is cancelled. What is in hand then is done again by whoever goes on.
    func run() async throws {
        try await self.consumer.run { partition in
            try await self.dependencies.retry.run("start \(self.name) of partition \(partition.partition)") {
                let position = try await self.position(partition.partition)
                let (low, high) = try await partition.watermarks()
                let next = try LogPosition.check(
                    position,
                    low: low,
                    high: high,
                    reader: self.name,
                    partition: partition.partition
                )
                try await partition.start(at: .offset(next))
            }
            while let records = try await partition.nextBatch() {
                guard let last = records.last else { continue }
                let runs = try await SequencedRecords.read(records, deadLetters: self.dependencies.deadLetters)
                try await self.store(runs, partition.partition, last.offset + 1)
                await self.commit(last.offset + 1, of: partition)
            }
        }
    }

    private func commit(_ next: Int64, of partition: KafkaPartition) async {
        do {
            try await partition.commit(next)
        } catch {
            // The store has the position; a lag that shows too high for a while harms nobody.
            self.dependencies.logger.debug("\(self.name) offset not committed", metadata: ["error": "\(error)"])
        }
    }
}
