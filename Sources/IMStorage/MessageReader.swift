package import IMProtocol
package import ServerRuntime
import SwiftProtobuf

/// Reads messages and maxima: from the cache, and from the history what the cache does not have.
///
/// Who is told of a seq can read it at once: a message that is known but not yet in the history is waited for, and never
/// answered by a placeholder.
package struct MessageReader: Sendable {
    /// A cached maximum that was written so recently is not written again.
    private static let freshSeconds: Int64 = 60
    /// How long a read waits for the history in all.
    private static let waitMax: Duration = .seconds(5)
    /// How far above the history's maximum a wanted seq may lie to be taken for one that the cache has lost; what is further
    /// away is a client's way to say "all".
    private static let plausibleLead: Int64 = 10_000
    /// For how long after a message its conversation is in the cache for certain, with an hour for clients' clocks.
    private static let cachedMilliseconds = (MessageCache.lifetime.components.seconds - 3600) * 1000
    /// How many of the newest messages that a reader may see are looked at for the last one, when the newest of all is not his.
    private static let lastMessagesDepth: Int64 = 100

    private let cache: any MessageCacheReading
    private let history: any HistoryReading
    private let clock: WallClock

    package init(cache: any MessageCacheReading, history: any HistoryReading, clock: WallClock = .system) {
        self.cache = cache
        self.history = history
        self.clock = clock
    }

    /// The greatest seq of each conversation, the greater of cache and history: what a client learns its maxima by.
    ///
    /// The cache is left as it is: entries for all the quiet conversations of everybody who connects would fill it.
    package func certainMaxima(of conversationIDs: [String]) async throws -> [String: Int64] {
        try await self.known(conversationIDs).mapValues(\.upper)
    }

    /// The seqs of each conversation that exist and were not cleared; conversations without one are absent.
    ///
    /// When the cache has lost a conversation, the history may be behind what the reader was told of: then it is waited for.
    ///
    /// - Parameter wanted: the conversations, each with the greatest seq that the reader asks for.
    /// - Returns: the bounds.
    /// - Throws: `StorageError.historyBehind` when a seq that was lost from the cache does not show within 5 s.
    package func bounds(of wanted: [String: Int64]) async throws -> [String: ClosedRange<Int64>] {
        var known = try await self.known(Array(wanted.keys))
        for (conversationID, seq) in wanted {
            guard let limits = known[conversationID], limits.isLost, seq > limits.upper,
                seq - limits.upper <= Self.plausibleLead
            else { continue }
            do {
                _ = try await self.history.waitForHead(of: conversationID, atLeast: seq, within: Self.waitMax)
            } catch {
                // Next time the answer is what is known now.
                try await self.cache.raise([conversationID: limits.upper])
                throw error
            }
            known[conversationID]?.upper = seq
        }
        try await self.refresh(known)
        return known.compactMapValues { $0.lower <= $0.upper ? $0.lower...$0.upper : nil }
    }

    /// The same for a reader who asks for no seq in particular.
    package func bounds(of conversationIDs: [String]) async throws -> [String: ClosedRange<Int64>] {
        try await self.bounds(of: Dictionary(conversationIDs.map { ($0, 0) }, uniquingKeysWith: max))
    }

    /// What is known of one conversation.
    private struct Limits {
        var lower: Int64
        var upper: Int64
        /// Whether the cache has no maximum although there was a message not long ago.
        var isLost: Bool
        /// Whether the cache's maximum was written a moment ago.
        var isFresh: Bool
    }

    private func known(_ conversationIDs: [String]) async throws -> [String: Limits] {
        guard !conversationIDs.isEmpty else { return [:] }
        async let cached = self.cache.maxima(of: conversationIDs)
        let heads = try await self.history.heads(of: conversationIDs)
        var known: [String: Limits] = [:]
        for (conversationID, entry) in try await cached {
            let isFresh = entry.ageSeconds < Self.freshSeconds
            known[conversationID] = Limits(lower: 1, upper: entry.seq, isLost: false, isFresh: isFresh)
        }
        for (conversationID, head) in heads {
            let isLost = head.createMax > self.clock.milliseconds - Self.cachedMilliseconds
            var limits = known[conversationID] ?? Limits(lower: 1, upper: 0, isLost: isLost, isFresh: false)
            limits.lower = max(head.minSeq, 1)
            limits.upper = max(limits.upper, head.maxSeq)
            known[conversationID] = limits
        }
        return known.filter { $0.value.upper > 0 }
    }

    private func refresh(_ known: [String: Limits]) async throws {
        let stale = known.filter { !$0.value.isFresh }.mapValues(\.upper)
        if !stale.isEmpty { try await self.cache.raise(stale) }
    }

    /// The messages of a conversation as one reader sees them, in the order of `seqs`, with a placeholder for each that is
    /// deleted.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seqs: seqs within its bounds.
    ///   - userID: the reader; nobody in particular when empty.
    /// - Returns: one message a seq.
    /// - Throws: `StorageError.historyBehind` when a message has not reached the history within 5 s.
    package func messages(
        _ conversationID: String,
        seqs: [Int64],
        reader userID: String = ""
    ) async throws -> [Openim_Sdkws_MsgData] {
        var found = try await self.cache.messages(conversationID, seqs: seqs)
        // What a quote repeats may have been revoked since, which only the history knows.
        found = found.filter { $0.value.contentType != ContentType.quote.rawValue }
        let missing = seqs.filter { found[$0] == nil }
        let stored = try await self.history.view(conversationID, seqs: missing, reader: userID)
        for message in stored { found[message.seq] = message }
        return try seqs.map { seq in
            guard let message = found[seq] else {
                throw StorageError.malformed("the history answered nothing for seq \(seq) of \(conversationID)")
            }
            return message
        }
    }

    /// The newest message of each conversation that one reader may see and that still exists.
    ///
    /// - Parameters:
    ///   - bounds: the seqs of each conversation that the reader may see.
    ///   - userID: the reader.
    /// - Returns: the messages; conversations without one are absent.
    /// - Throws: `StorageError.historyBehind` when a message has not reached the history within 5 s.
    package func lastMessages(
        in bounds: [String: ClosedRange<Int64>],
        reader userID: String
    ) async throws -> [String: Openim_Sdkws_MsgData] {
        guard !bounds.isEmpty else { return [:] }
        let heads = try await self.history.heads(of: Array(bounds.keys))
        var last: [String: Openim_Sdkws_MsgData] = [:]
        var stored: [String] = []
        for (conversationID, bound) in bounds {
            let newest = bound.upperBound
            // What the history does not have yet was not changed since it was sent.
            if newest > heads[conversationID]?.maxSeq ?? 0 {
                last[conversationID] = try await self.messages(conversationID, seqs: [newest], reader: userID).first
            } else {
                stored.append(conversationID)
            }
        }
        for (conversationID, message) in try await self.history.lastMessages(of: stored, reader: userID) {
            guard let bound = bounds[conversationID] else { continue }
            if message.seq > bound.upperBound {
                last[conversationID] = try await self.last(conversationID, within: bound, reader: userID)
            } else if message.seq >= bound.lowerBound {
                last[conversationID] = message
            }
        }
        return last
    }

    /// The newest message within `bound`, for a reader who may not see what came later.
    private func last(
        _ conversationID: String,
        within bound: ClosedRange<Int64>,
        reader userID: String
    ) async throws -> Openim_Sdkws_MsgData? {
        let first = max(bound.lowerBound, bound.upperBound - Self.lastMessagesDepth + 1)
        let seqs = Array(first...bound.upperBound)
        let messages = try await self.history.view(conversationID, seqs: seqs, reader: userID)
        // A placeholder has no sender; what only this reader has deleted is told all the same.
        return messages.last { !$0.sendID.isEmpty }
    }
}
