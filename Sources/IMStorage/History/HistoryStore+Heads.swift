import IMProtocol
package import Mongo
import ServerRuntime

extension HistoryStore {
    private static let headsPerQuery = 1000

    /// The heads of those of the conversations that have one.
    ///
    /// - Parameters:
    ///   - conversationIDs: the conversations.
    ///   - session: the session of reads that must see each other.
    /// - Returns: the heads, as a majority of the servers has them.
    /// - Throws: `StorageError.malformed` for a head that cannot be.
    package func heads(
        of conversationIDs: [String],
        session: MongoSession? = nil
    ) async throws -> [String: ConversationHead] {
        var heads: [String: ConversationHead] = [:]
        var rest = conversationIDs[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.headsPerQuery)
            rest = rest.dropFirst(Self.headsPerQuery)
            let filter: BSONDocument = ["conversation_id": .document(["$in": .array(some.map { .string($0) })])]
            for document in try await self.heads.findAll(filter, options: Self.certain(), session: session) {
                let head = try ConversationHead(document)
                heads[document.text("conversation_id")] = head
            }
        }
        return heads
    }

    /// Raises the heads of conversations to what was stored; never lowers one.
    package func raiseHeads(_ runs: [SequencedMessages]) async throws {
        var maxima: [String: (seq: Int64, createTime: Int64)] = [:]
        for run in runs {
            guard let seq = run.messages.lazy.map(\.seq).max() else { continue }
            let createTime = run.messages.lazy.map(\.createTime).max() ?? 0
            let known = maxima[run.conversationID] ?? (0, createTime)
            maxima[run.conversationID] = (max(known.seq, seq), max(known.createTime, createTime))
        }
        let writes = maxima.map { conversationID, head in
            Self.raise(conversationID, ["max_seq": .int64(head.seq), "create_max": .int64(head.createTime)])
        }
        try await MaximumWrites(in: self.heads).apply(writes)
    }

    /// Makes the messages below `minSeq` unreadable, for everybody; never makes one readable again.
    ///
    /// The messages stay where they are, and the head with them, so that their seqs are never given again.
    package func clear(_ conversationID: String, below minSeq: Int64) async throws {
        try await self.waitForHead(of: conversationID, atLeast: minSeq - 1)
        try await MaximumWrites(in: self.heads).apply([Self.raise(conversationID, ["min_seq": .int64(minSeq)])])
    }

    /// Returns when the head of a conversation has reached `seq`: then all up to there is stored, and what is not there
    /// was deleted.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - seq: the seq.
    ///   - limit: how long to wait for the history writer; `waitMax` when nil.
    /// - Returns: the head.
    /// - Throws: `StorageError.historyBehind` when it is not so far within `limit`.
    @discardableResult
    package func waitForHead(
        of conversationID: String,
        atLeast seq: Int64,
        within limit: Duration? = nil
    ) async throws -> ConversationHead {
        let deadline = Deadline.after(limit ?? self.waitMax)
        var pause = Duration.milliseconds(20)
        while true {
            let head = try await self.heads(of: [conversationID])[conversationID] ?? ConversationHead()
            if head.maxSeq >= seq { return head }
            guard !deadline.hasPassed else { throw StorageError.historyBehind(conversationID: conversationID) }
            try await Task.sleep(for: min(pause, deadline.remaining))
            pause = min(pause * 2, .milliseconds(500))
        }
    }

    private static func raise(_ conversationID: String, _ maxima: BSONDocument) -> MongoWrite {
        // What is not raised begins at zero; a field may not be in both.
        var others = BSONDocument()
        for key in ["max_seq", "create_max", "min_seq", "floor"] where maxima[key] == nil {
            others.append(key, .int64(0))
        }
        return .updateOne(
            filter: ["conversation_id": .string(conversationID)],
            update: ["$max": .document(maxima), "$setOnInsert": .document(others)],
            upsert: true
        )
    }
}
