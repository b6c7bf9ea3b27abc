import IMProtocol
import SwiftProtobuf
import Synchronization

@testable import IMServices
@testable import IMStorage

/// A message cache and a history in memory.
final class FakeHistory: HistoryReading, MessageCacheReading, ReadMarker {
    struct State: Sendable {
        /// Maxima and messages in the cache, by conversation.
        var maxima: [String: CachedMaximum] = [:]
        var cached: [String: [Int64: Openim_Sdkws_MsgData]] = [:]
        /// Heads and messages in the history.
        var heads: [String: ConversationHead] = [:]
        var stored: [String: [Int64: Openim_Sdkws_MsgData]] = [:]
        var read: [String: [Int64]] = [:]
        var viewed: [Int64] = []
    }

    let state = Mutex(State())

    /// Puts messages from 1 on into the history, and those above `storedUpTo` into the cache alone.
    func fill(_ conversationID: String, count: Int64, storedUpTo stored: Int64? = nil, isCached: Bool = true) {
        let head = stored ?? count
        self.state.withLock { state in
            for seq in 1...count {
                let message = Openim_Sdkws_MsgData.with {
                    $0.seq = seq
                    $0.sendID = "sender"
                    $0.clientMsgID = "c\(seq)"
                    $0.contentType = ContentType.text.rawValue
                    $0.status = MessageStatus.sent.rawValue
                }
                if seq <= head { state.stored[conversationID, default: [:]][seq] = message }
                if isCached { state.cached[conversationID, default: [:]][seq] = message }
            }
            state.heads[conversationID] = ConversationHead(maxSeq: head)
            if isCached { state.maxima[conversationID] = CachedMaximum(seq: count, ageSeconds: 0) }
        }
    }

    func heads(of conversationIDs: [String]) async throws -> [String: ConversationHead] {
        self.state.withLock { state in state.heads.filter { conversationIDs.contains($0.key) } }
    }

    func waitForHead(
        of conversationID: String,
        atLeast seq: Int64,
        within limit: Duration?
    ) async throws -> ConversationHead {
        let head = self.state.withLock { $0.heads[conversationID] ?? ConversationHead() }
        guard head.maxSeq >= seq else { throw StorageError.historyBehind(conversationID: conversationID) }
        return head
    }

    func view(
        _ conversationID: String,
        seqs: [Int64],
        reader userID: String
    ) async throws -> [Openim_Sdkws_MsgData] {
        guard let highest = seqs.max() else { return [] }
        _ = try await self.waitForHead(of: conversationID, atLeast: highest, within: .zero)
        return self.state.withLock { state in
            state.viewed += seqs
            return seqs.map { seq in
                state.stored[conversationID]?[seq]
                    ?? .with {
                        $0.seq = seq
                        $0.status = MessageStatus.deleted.rawValue
                    }
            }
        }
    }

    func lastMessages(
        of conversationIDs: [String],
        reader userID: String
    ) async throws -> [String: Openim_Sdkws_MsgData] {
        self.state.withLock { state in
            state.stored.filter { conversationIDs.contains($0.key) }
                .compactMapValues { messages in messages.values.max { $0.seq < $1.seq } }
        }
    }

    func markRead(_ conversationID: String, seqs: [Int64], by userID: String) async throws {
        guard let highest = seqs.max() else { return }
        _ = try await self.waitForHead(of: conversationID, atLeast: highest, within: .zero)
        self.state.withLock { $0.read[conversationID, default: []] += seqs }
    }

    func maxima(of conversationIDs: [String]) async throws -> [String: CachedMaximum] {
        self.state.withLock { state in state.maxima.filter { conversationIDs.contains($0.key) } }
    }

    func messages(_ conversationID: String, seqs: [Int64]) async throws -> [Int64: Openim_Sdkws_MsgData] {
        self.state.withLock { state in (state.cached[conversationID] ?? [:]).filter { seqs.contains($0.key) } }
    }

    func raise(_ maxima: [String: Int64]) async throws {
        self.state.withLock { state in
            for (conversationID, seq) in maxima {
                let held = state.maxima[conversationID]?.seq ?? 0
                state.maxima[conversationID] = CachedMaximum(seq: max(held, seq), ageSeconds: 0)
            }
        }
    }
}
