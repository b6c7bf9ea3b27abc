import IMProtocol
import Mongo

extension HistoryStore {
    /// Blocks that one query looks at; each answers with at most one message.
    private static let blocksPerSearch = 100

    /// The newest message of each conversation that still exists and has a status below 4.
    ///
    /// - Parameter conversationIDs: the conversations.
    /// - Returns: the messages; conversations without one, also because all was cleared, are absent.
    /// - Throws: errors that may pass.
    package func lastMessages(of conversationIDs: [String]) async throws -> [String: StoredMessage] {
        let isValid: BSONDocument = ["$lt": .array(["$$slot.msg.status", .int32(MessageStatus.deleted.rawValue)])]
        return try await self.newest(of: conversationIDs, where: isValid)
    }

    /// The greatest seq of a message that was sent at or before `time`.
    ///
    /// - Parameters:
    ///   - conversationID: the conversation.
    ///   - time: in milliseconds since 1970.
    /// - Returns: the seq; nil when there is none. Messages below the smallest readable seq are not looked at.
    /// - Throws: errors that may pass.
    package func lastSeq(_ conversationID: String, sentBefore time: Int64) async throws -> Int64? {
        let isOlder: BSONDocument = ["$lte": .array(["$$slot.msg.send_time", .int64(time)])]
        return try await self.newest(of: [conversationID], where: isOlder)[conversationID]?.message.seq
    }

    /// The newest stored message of a conversation below `seq`.
    func lastMessage(_ conversationID: String, below seq: Int64) async throws -> StoredMessage? {
        let isBelow: BSONDocument = ["$lt": .array(["$$slot.msg.seq", .int64(seq)])]
        guard seq > 1 else { return nil }
        return try await self.newest(of: [conversationID], where: isBelow, upTo: seq - 1)[conversationID]
    }

    /// The newest message of each conversation that meets a condition on `$$slot`.
    ///
    /// Goes through the blocks from the last one downwards, ever more at a time.
    private func newest(
        of conversationIDs: [String],
        where condition: BSONDocument,
        upTo limit: Int64 = SequencedMessages.seqMax
    ) async throws -> [String: StoredMessage] {
        var found: [String: StoredMessage] = [:]
        var open: [String: ClosedRange<Int64>] = [:]
        for (conversationID, head) in try await self.heads(of: Array(Set(conversationIDs))) {
            let (lowest, highest) = (max(head.minSeq, 1), min(head.maxSeq, limit))
            if lowest <= highest {
                open[conversationID] = MessageBlock.number(of: lowest)...MessageBlock.number(of: highest)
                found[conversationID] = nil
            }
        }
        var blocksEach: Int64 = 1
        while !open.isEmpty {
            for (conversationID, message) in try await self.newest(in: open, blocksEach: blocksEach, where: condition) {
                found[conversationID] = message
                open[conversationID] = nil
            }
            open = open.compactMapValues { numbers in
                let upper = numbers.upperBound - blocksEach
                return upper >= numbers.lowerBound ? numbers.lowerBound...upper : nil
            }
            blocksEach = min(blocksEach * 4, Int64(Self.blocksPerSearch))
        }
        let heads = try await self.heads(of: Array(found.keys))
        return found.filter { $0.value.message.seq >= heads[$0.key]?.minSeq ?? 0 }
    }

    /// The newest message that meets `condition` in the upper `blocksEach` blocks of each conversation.
    private func newest(
        in ranges: [String: ClosedRange<Int64>],
        blocksEach: Int64,
        where condition: BSONDocument
    ) async throws -> [String: StoredMessage] {
        var owners: [String: String] = [:]
        for (conversationID, numbers) in ranges {
            for number in max(numbers.lowerBound, numbers.upperBound - blocksEach + 1)...numbers.upperBound {
                owners[MessageBlock.documentID(conversationID, number: number)] = conversationID
            }
        }
        var newest: [String: StoredMessage] = [:]
        var rest = owners.keys.sorted()[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.blocksPerSearch)
            rest = rest.dropFirst(Self.blocksPerSearch)
            let match: BSONDocument = ["doc_id": .document(["$in": .array(some.map { .string($0) })])]
            let stages: [BSONDocument] = [["$match": .document(match)], Self.lastSlot(where: condition)]
            for block in try await self.blocks.aggregateAll(stages) {
                guard let conversationID = owners[block.text("doc_id")], let message = try Self.message(of: block)
                else { continue }
                if message.message.seq > newest[conversationID]?.message.seq ?? 0 { newest[conversationID] = message }
            }
        }
        return newest
    }

    /// The last slot with a message that meets `condition`.
    private static func lastSlot(where condition: BSONDocument) -> BSONDocument {
        let hasMessage: BSONDocument = ["$eq": .array([.document(["$type": "$$slot.msg"]), "object"])]
        let both: BSONDocument = ["$and": .array([.document(hasMessage), .document(condition)])]
        let filter: BSONDocument = ["$filter": .document(["input": "$msgs", "as": "slot", "cond": .document(both)])]
        let last = self.ifArray(["$slice": .array([.document(filter), .int32(-1)])])
        return ["$project": .document(["doc_id": .int32(1), "msgs": .document(last)])]
    }

    /// The one slot that `lastSlot` leaves; its message tells its seq, which must lie in the block.
    private static func message(of block: BSONDocument) throws -> StoredMessage? {
        guard case .document(let slot)? = block.array("msgs").first, let seq = slot.document("msg")?.int64("seq"),
            let number = MessageBlock.number(ofDocument: block.text("doc_id")), seq > 0,
            MessageBlock.number(of: seq) == number
        else { return nil }
        return try slot.read { (reader: inout BSONReader) throws(MongoError) in
            try StoredMessage.decode(&reader, seq: seq)
        }
    }
}
