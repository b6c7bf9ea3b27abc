package import IMProtocol
import SwiftProtobuf

/// Reads messages and maxima: from the cache, and from the history what the cache does not have.
///
/// Who is told of a seq can read it at once: a message that is known but not yet in the history is waited for, and never
/// answered by a placeholder.
package struct MessageReader: Sendable {
    /// A cached maximum that was written so recently is taken without asking the history.
    private static let freshSeconds: Int64 = 60

    private let cache: MessageCache
    private let history: HistoryStore

    package init(cache: MessageCache, history: HistoryStore) {
        self.cache = cache
        self.history = history
    }

    /// The greatest seq of each conversation, the greater of cache and history: what a client learns its maxima by.
    package func certainMaxima(of conversationIDs: [String]) async throws -> [String: Int64] {
        let cached = try await self.cache.maxima(of: conversationIDs)
        let heads = try await self.history.heads(of: conversationIDs)
        var maxima: [String: Int64] = [:]
        for conversationID in conversationIDs {
            let value = max(cached[conversationID]?.seq ?? 0, heads[conversationID]?.maxSeq ?? 0)
            if value > 0 { maxima[conversationID] = value }
        }
        return maxima
    }

    /// The seqs of each conversation that are readable; conversations without a message are absent.
    package func bounds(of conversationIDs: [String]) async throws -> [String: ClosedRange<Int64>] {
        let cached = try await self.cache.maxima(of: conversationIDs)
        let heads = try await self.history.heads(of: conversationIDs)
        var bounds: [String: ClosedRange<Int64>] = [:]
        var stale: [String: Int64] = [:]
        for conversationID in conversationIDs {
            let head = heads[conversationID]
            let upper = max(cached[conversationID]?.seq ?? 0, head?.maxSeq ?? 0)
            let lower = max(head?.minSeq ?? 0, 1)
            if upper >= lower { bounds[conversationID] = lower...upper }
            let isFresh = cached[conversationID].map { $0.ageSeconds < Self.freshSeconds } ?? false
            if !isFresh, upper > 0 { stale[conversationID] = upper }
        }
        if !stale.isEmpty { try await self.cache.raise(stale) }
        return bounds
    }

    /// The messages of a conversation, in the order of `seqs`, with a placeholder for each that is deleted.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seqs: seqs within its bounds.
    /// - Returns: one message a seq.
    /// - Throws: `StorageError.historyBehind` when a message has not reached the history within 5 s.
    package func messages(_ conversationID: String, seqs: [Int64]) async throws -> [Openim_Sdkws_MsgData] {
        var found = try await self.cache.messages(conversationID, seqs: seqs)
        let missing = seqs.filter { found[$0] == nil }
        if let highest = missing.max() {
            try await self.history.waitForHead(of: conversationID, atLeast: highest)
            // The head was read before the blocks: what is empty now was deleted.
            found.merge(try await self.history.messages(conversationID, seqs: missing)) { cached, _ in cached }
        }
        return seqs.map { seq in found[seq] ?? Self.placeholder(seq) }
    }

    private static func placeholder(_ seq: Int64) -> Openim_Sdkws_MsgData {
        .with {
            $0.seq = seq
            $0.status = MessageStatus.deleted.rawValue
        }
    }
}
