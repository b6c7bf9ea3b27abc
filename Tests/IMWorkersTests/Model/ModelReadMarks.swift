@testable import IMStorage
@testable import IMWorkers

/// What users have read, in MongoDB ("positions") or in Redis ("readSeqs"), as one process sees it.
///
/// Not checked: everything of the model runs on one thread.
struct ModelReadMarks: ReadMarkRaising, @unchecked Sendable {
    struct Key: Hashable {
        let conversationID: String
        let userID: String
    }

    let world: ModelWorld
    let process: ModelProcess
    let name: String

    func raise(_ marks: [ReadMark]) async throws {
        let (world, name) = (self.world, self.name)
        func raise(_ marks: [ReadMark]) {
            for mark in marks {
                if mark.seq > world.truth.maxSeq(mark.conversationID) {
                    world.truth.breaks("P5: \(mark.userID) has read seq \(mark.seq), which is not real")
                }
                let key = Key(conversationID: mark.conversationID, userID: mark.userID)
                world.readSeqs[name, default: [:]][key] = max(world.readSeqs[name]?[key] ?? 0, mark.seq)
            }
        }
        let faults: [ModelOutcome] = [.refused, .answerLost, .partly, .late]
        let part = { raise(marks.filter { _ in world.flip() }) }
        try await world.schedule.call(self.process, name, faults: faults, partly: part, { raise(marks) })
    }
}
