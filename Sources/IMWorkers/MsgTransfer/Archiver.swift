import IMStorage
package import Kafka
import Logging

/// Consumes `toMongo` in a group of its own and writes the full archive in Postgres, position included, in one
/// transaction a batch.
///
/// It may lag: nobody waits for it.
package struct Archiver: Sendable {
    private let consumer: KafkaConsumer
    private let dependencies: TransferDependencies

    /// - Parameters:
    ///   - consumer: a member of the archiver's group on `toMongo`.
    ///   - dependencies: what the work is done with.
    package init(consumer: KafkaConsumer, dependencies: TransferDependencies) {
        self.consumer = consumer
        self.dependencies = dependencies
    }

    /// Works until the task is cancelled; batches in hand are finished.
    package func run() async throws {
        let retry = self.dependencies.retry
        let archive = self.dependencies.archive
        try await self.consumer.run { partition in
            try await retry.run("start archive of partition \(partition.partition)") {
                let position = try await archive.position(of: partition.partition)
                let (low, high) = try await partition.watermarks()
                let next = try LogPosition.check(
                    position,
                    low: low,
                    high: high,
                    reader: "archive",
                    partition: partition.partition
                )
                try await partition.start(at: .offset(next))
            }
            while let records = try await partition.nextBatch() {
                try await self.write(records, of: partition)
            }
        }
    }

    private func write(_ records: [KafkaRecord], of partition: KafkaPartition) async throws {
        guard let last = records.last else { return }
        let archive = self.dependencies.archive
        let runs = try await SequencedRecords.read(records, deadLetters: self.dependencies.deadLetters)
        try await self.dependencies.retry.run("write archive") {
            try await archive.store(runs.map(\.messages), partition: partition.partition, next: last.offset + 1)
        }
        do {
            try await partition.commit(last.offset + 1)
        } catch {
            // The position stands in Postgres; the group's offset only shows lag.
            self.dependencies.logger.debug("archive offset not committed", metadata: ["error": "\(error)"])
        }
    }
}
