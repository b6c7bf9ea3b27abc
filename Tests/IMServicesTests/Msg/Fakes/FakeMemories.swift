import IMProtocol
import IMStorage
import Synchronization

@testable import IMServices

/// What Redis and MongoDB keep for the message service, in memory.
final class FakeMemories: ReadSeqMemory, PositionDirectory, SendTimeMemory, SendStatusMemory, StaleMessages {
    struct Down: Error {}

    struct State: Sendable {
        var sendTimes: [MessageIdentity: Int64] = [:]
        var statuses: [String: Int32] = [:]
        /// By user, then by conversation.
        var readSeqs: [String: [String: Int64]] = [:]
        var positions: [String: [String: ReadPosition]] = [:]
        var evicted: [String: [Int64]] = [:]
        var isDown = false
    }

    let state = Mutex(State())

    func first(_ identity: MessageIdentity, now: Int64) async throws -> Int64 {
        try self.state.withLock { state in
            if state.isDown { throw Down() }
            let time = state.sendTimes[identity] ?? now
            state.sendTimes[identity] = time
            return time
        }
    }

    func forget(_ identity: MessageIdentity) async throws {
        self.state.withLock { $0.sendTimes[identity] = nil }
    }

    func set(_ status: Int32, of operationID: String) async throws {
        self.state.withLock { $0.statuses[operationID] = status }
    }

    func status(of operationID: String) async throws -> Int32? {
        self.state.withLock { $0.statuses[operationID] }
    }

    func raise(_ marks: [ReadMark]) async throws {
        try self.state.withLock { state in
            if state.isDown { throw Down() }
            for mark in marks {
                let held = state.readSeqs[mark.userID]?[mark.conversationID] ?? 0
                state.readSeqs[mark.userID, default: [:]][mark.conversationID] = max(held, mark.seq)
            }
        }
    }

    func readSeqs(of userID: String, in conversationIDs: [String]) async throws -> [String: Int64] {
        self.state.withLock { state in (state.readSeqs[userID] ?? [:]).filter { conversationIDs.contains($0.key) } }
    }

    func positions(of userID: String, in conversationIDs: [String]) async throws -> [String: ReadPosition] {
        self.state.withLock { state in (state.positions[userID] ?? [:]).filter { conversationIDs.contains($0.key) } }
    }

    func evict(_ conversationID: String, seqs: [Int64]) async throws {
        self.state.withLock { $0.evicted[conversationID, default: []] += seqs }
    }
}
