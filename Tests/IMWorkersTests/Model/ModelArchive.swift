import IMProtocol

@testable import IMStorage
@testable import IMWorkers

/// The archive of the model.
final class ModelArchive {
    private(set) var rows: [String: [Int64: MessageIdentity]] = [:]
    private var heads: [String: Int64] = [:]
    private(set) var positions: [Int32: PipelinePosition] = [:]
    private let truth: ModelTruth

    init(truth: ModelTruth) {
        self.truth = truth
    }

    func store(_ runs: [SequencedMessages], _ partition: Int32, _ position: PipelinePosition) {
        guard position.next > self.positions[partition]?.next ?? -1 else { return }
        self.positions[partition] = position
        let heads = self.heads
        for run in runs {
            for message in run.messages where message.seq > heads[run.conversationID] ?? 0 {
                self.truth.shown(run.conversationID, message, by: "the archive")
                let identity = ModelTruth.identity(run.conversationID, message)
                let known = self.rows[run.conversationID]?[message.seq]
                if known == nil { self.rows[run.conversationID, default: [:]][message.seq] = identity }
                self.heads[run.conversationID] = max(self.heads[run.conversationID] ?? 0, message.seq)
            }
        }
    }
}

/// The archive as one process sees it.
///
/// Not checked: everything of the model runs on one thread.
struct ModelArchiveAccess: PipelineArchive, @unchecked Sendable {
    let world: ModelWorld
    let process: ModelProcess

    func position(of partition: Int32) async throws -> PipelinePosition? {
        try await self.world.schedule.call(self.process, "position") { self.world.archive.positions[partition] }
    }

    func store(_ runs: [SequencedMessages], partition: Int32, position: PipelinePosition) async throws {
        let faults: [ModelOutcome] = [.refused, .answerLost, .late]
        try await self.world.schedule.call(self.process, "store", faults: faults) {
            self.world.archive.store(runs, partition, position)
        }
    }
}
