import IMProtocol
import IMStorage
package import Kafka
import Logging
import SwiftProtobuf

/// Consumes `toMongo` and writes the history.
///
/// Its position stands in MongoDB beside what it wrote; the group's offset only shows lag.
package struct HistoryWriter: Sendable {
    private let consumer: KafkaConsumer
    private let dependencies: TransferDependencies

    /// - Parameters:
    ///   - consumer: a member of the history writer's group on `toMongo`.
    ///   - dependencies: what the work is done with.
    package init(consumer: KafkaConsumer, dependencies: TransferDependencies) {
        self.consumer = consumer
        self.dependencies = dependencies
    }

    /// Works until the task is cancelled; batches in hand are finished.
    package func run() async throws {
        let retry = self.dependencies.retry
        let history = self.dependencies.history
        try await self.consumer.run { partition in
            try await retry.run("start history of partition \(partition.partition)") {
                let position = try await history.position(of: partition.partition)
                let (low, high) = try await partition.watermarks()
                let next = try LogPosition.check(
                    position,
                    low: low,
                    high: high,
                    reader: "history",
                    partition: partition.partition
                )
                try await partition.start(at: .offset(next))
            }
            while let records = try await partition.nextBatch() {
                try await self.write(records, of: partition)
            }
        }
    }

    /// Slots, then heads, then the position: in this order a crash in between leaves nothing that looks finished and is
    /// not.
    private func write(_ records: [KafkaRecord], of partition: KafkaPartition) async throws {
        guard let last = records.last else { return }
        let history = self.dependencies.history
        let retry = self.dependencies.retry
        let runs = try await SequencedRecords.read(records, deadLetters: self.dependencies.deadLetters)
        let conflicts = try await retry.run("write history") { try await history.store(runs.map(\.messages)) }
        for conflict in conflicts { try await self.report(conflict, among: runs) }
        try await retry.run("raise heads") { try await history.raiseHeads(runs.map(\.messages)) }
        try await retry.run("save history position") {
            try await history.savePosition(of: partition.partition, next: last.offset + 1)
        }
        do {
            try await partition.commit(last.offset + 1)
        } catch {
            // The position is saved; a lag that shows too high for a while harms nobody.
            self.dependencies.logger.debug("history offset not committed", metadata: ["error": "\(error)"])
        }
    }

    private func report(_ conflict: HistoryStore.SlotConflict, among runs: [SequencedRecords]) async throws {
        let origin = runs.first { run in
            run.messages.conversationID == conflict.conversationID
                && run.messages.messages.contains { $0.seq == conflict.message.seq }
        }
        guard let origin else { return }
        let reason = "\(conflict.conversationID) seq \(conflict.message.seq) is taken by another message"
        try await self.dependencies.deadLetters.add(origin.record, reason: reason)
    }
}
