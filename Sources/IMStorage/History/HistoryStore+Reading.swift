package import IMProtocol
import Mongo

extension HistoryStore {
    /// Blocks that are read at the same time.
    private static let blocksAtOnce = 4

    /// The stored messages of a conversation among `seqs`; those that are missing or deleted for all are absent.
    package func stored(_ conversationID: String, seqs: [Int64]) async throws -> [Int64: StoredMessage] {
        var rest = MessageBlock.numbers(of: seqs)[...]
        var messages: [Int64: StoredMessage] = [:]
        while !rest.isEmpty {
            let some = rest.prefix(Self.blocksAtOnce)
            rest = rest.dropFirst(Self.blocksAtOnce)
            try await withThrowingTaskGroup(of: [Int64: StoredMessage].self) { group in
                for (number, slots) in some {
                    group.addTask { try await self.messages(conversationID, block: number, slots: slots) }
                }
                for try await found in group { messages.merge(found) { old, _ in old } }
            }
        }
        return messages
    }

    /// The stored messages of a conversation among `seqs`, as they were sent.
    package func messages(_ conversationID: String, seqs: [Int64]) async throws -> [Int64: Openim_Sdkws_MsgData] {
        try await self.stored(conversationID, seqs: seqs).mapValues(\.message)
    }

    /// Only the wanted slots leave the server, for a block may hold megabytes; they come in order, and in a damaged block
    /// the last ones may be absent.
    private func messages(
        _ conversationID: String,
        block number: Int64,
        slots: [Int]
    ) async throws -> [Int64: StoredMessage] {
        let wanted = BSONValue.array(slots.map { .int32(Int32($0)) })
        let isThere: BSONDocument = ["$lt": .array(["$$slot", .document(["$size": "$msgs"])])]
        let there: BSONDocument = [
            "$filter": .document(["input": wanted, "as": "slot", "cond": .document(isThere)])
        ]
        let slot: BSONDocument = ["$arrayElemAt": .array(["$msgs", "$$slot"])]
        let pick: BSONDocument = [
            "$map": .document(["input": .document(there), "as": "slot", "in": .document(slot)])
        ]
        let pipeline: [BSONDocument] = [
            ["$match": .document(["doc_id": .string(MessageBlock.documentID(conversationID, number: number))])],
            ["$project": .document(["msgs": .document(Self.ifArray(pick))])],
        ]
        guard let block = try await self.blocks.aggregateAll(pipeline).first else { return [:] }
        return try block.read { (reader: inout BSONReader) throws(MongoError) in
            var messages: [Int64: StoredMessage] = [:]
            guard try reader.next("msgs"), reader.type == .array else { return messages }
            try reader.readArray { (reader: inout BSONReader) throws(MongoError) in
                for slot in slots {
                    guard try reader.next() else { return }
                    guard reader.type == .document else { continue }
                    let seq = MessageBlock.seq(number: number, slot: slot)
                    messages[seq] = try reader.readDocument { (reader: inout BSONReader) throws(MongoError) in
                        try StoredMessage.decode(&reader, seq: seq)
                    }
                }
            }
            return messages
        }
    }

    /// `expression`, or nothing for a block whose `msgs` is no array.
    static func ifArray(_ expression: BSONDocument) -> BSONDocument {
        ["$cond": .array([.document(["$isArray": "$msgs"]), .document(expression), .array([])])]
    }

    /// How many messages of a conversation are stored, with the lowest and highest seq (0 when there is none).
    ///
    /// Reads all of them; meant for tests and tools.
    package func count(conversationID: String) async throws -> (messages: Int, lowest: Int64, highest: Int64) {
        guard let head = try await self.heads(of: [conversationID])[conversationID], head.maxSeq > 0 else {
            return (0, 0, 0)
        }
        var count = (messages: 0, lowest: Int64(0), highest: Int64(0))
        var first: Int64 = 1
        while first <= head.maxSeq {
            let last = min(head.maxSeq, first + 9 * MessageBlock.size)
            let seqs = try await self.stored(conversationID, seqs: Array(first...last)).keys
            count.messages += seqs.count
            if count.lowest == 0 { count.lowest = seqs.min() ?? 0 }
            count.highest = seqs.max() ?? count.highest
            first = last + 1
        }
        return count
    }
}
