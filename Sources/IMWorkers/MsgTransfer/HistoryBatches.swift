import IMProtocol
import IMStorage
import Kafka

/// What the history writer writes to; `HistoryStore` but in tests.
protocol HistoryWriting: Sendable {
    /// Fills the slots of messages; returns those that can never be stored.
    func store(_ runs: [SequencedMessages]) async throws -> [UnstorableMessage]
    /// Raises the heads of conversations to what was stored.
    func raiseHeads(_ runs: [SequencedMessages]) async throws
    /// Moves the position of a partition forward.
    func savePosition(of partition: Int32, _ position: HistoryStore.Position) async throws
}

extension HistoryStore: HistoryWriting {}

/// Writes batches of `toMongo` into the history.
///
/// Slots, then heads, then the position, each repeated until it succeeds: in this order a crash in between leaves nothing
/// that looks finished and is not, and doing the batch again finds its messages in their slots.
struct HistoryBatches: Sendable {
    let history: any HistoryWriting
    let retry: Retry
    /// Puts a record that holds a message which can never be stored where it is kept with the reason.
    let addDeadLetter: @Sendable (_ record: KafkaRecord, _ reason: String) async throws -> Void

    /// Stores the messages of a batch.
    ///
    /// - Parameters:
    ///   - runs: the messages, with the records that they came in.
    ///   - partition: the partition of `toMongo`.
    ///   - next: the offset behind the batch.
    /// - Throws: `CancellationError` only.
    func store(_ runs: [SequencedRecords], partition: Int32, next: Int64) async throws {
        let messages = runs.map(\.messages)
        let unstorable = try await self.retry.run("write history") { try await self.history.store(messages) }
        for lost in unstorable {
            let origin = runs.first { $0.messages.conversationID == lost.conversationID && $0.holds(lost.message) }
            guard let origin else { continue }
            let reason = "\(lost.conversationID) seq \(lost.message.seq): \(lost.detail)"
            try await self.addDeadLetter(origin.record, reason)
        }
        try await self.retry.run("raise heads") { try await self.history.raiseHeads(messages) }
        try await self.retry.run("save history position") {
            try await self.history.savePosition(of: partition, HistoryStore.Position(next: next))
        }
    }
}
