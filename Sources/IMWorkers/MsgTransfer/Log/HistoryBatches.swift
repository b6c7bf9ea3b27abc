import IMProtocol
import IMStorage
import Kafka

/// Writes batches of `toMongo` into the history.
///
/// Slots, then heads and read positions, then the position, each repeated until it succeeds: in this order a crash in
/// between leaves nothing that looks finished and is not, and doing the batch again finds its messages in their slots.
struct HistoryBatches: Sendable {
    let history: any HistoryWriting
    /// Where the read positions of senders, and those that read receipts tell, are raised.
    let positions: any ReadMarkRaising
    let retry: Retry
    /// Puts a record that holds a message which can never be stored where it is kept with the reason.
    let addDeadLetter: @Sendable (_ record: KafkaRecord, _ reason: String) async throws -> Void

    /// Stores the messages of a batch.
    ///
    /// - Parameters:
    ///   - runs: the messages, with the records that they came in.
    ///   - partition: the partition of `toMongo`.
    ///   - position: the one behind the batch.
    /// - Throws: `CancellationError` only.
    func store(_ runs: [SequencedRecords], partition: Int32, position: PipelinePosition) async throws {
        if !runs.isEmpty { try await self.store(runs) }
        try await self.retry.run("save history position") {
            try await self.history.savePosition(of: partition, position)
        }
    }

    private func store(_ runs: [SequencedRecords]) async throws {
        let messages = runs.map(\.messages)
        let unstorable = try await self.retry.run("write history") { try await self.history.store(messages) }
        for lost in unstorable {
            let origin = runs.first { $0.messages.conversationID == lost.conversationID && $0.holds(lost.message) }
            guard let origin else { continue }
            let reason = "\(lost.conversationID) seq \(lost.message.seq): \(lost.detail)"
            try await self.addDeadLetter(origin.record, reason)
        }
        async let marked: Void = self.mark(messages)
        try await self.retry.run("raise heads") { try await self.history.raiseHeads(messages) }
        try await marked
    }

    private func mark(_ runs: [SequencedMessages]) async throws {
        let receipts = PassingMarks.ofReceipts(runs.lazy.flatMap(\.messages))
        let marks = ReadMark.greatest(of: PassingMarks.ofSenders(runs) + receipts)
        guard !marks.isEmpty else { return }
        try await self.retry.run("raise read positions") { try await self.positions.raise(marks) }
    }
}
