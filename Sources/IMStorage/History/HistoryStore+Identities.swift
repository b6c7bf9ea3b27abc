package import Mongo

extension HistoryStore {
    /// Blocks whose identities one query reads.
    private static let blocksPerIdentityQuery = 200
    /// Messages that one query looks for.
    private static let soughtPerQuery = 50

    /// The identities in the last blocks of conversations, given their heads, in order of seq.
    ///
    /// - Parameters:
    ///   - heads: the conversations.
    ///   - blocks: how many blocks before the last one. By default those of at least 500 messages, as many as a batch of
    ///     the transfer holds, so that a batch that is repeated finds all of itself.
    ///   - session: the session of reads that must see each other.
    /// - Returns: what is known of each conversation; deleted messages are known too.
    /// - Throws: errors that may pass.
    package func newest(
        _ heads: [String: ConversationHead],
        before blocks: Int64 = 5,
        session: MongoSession? = nil
    ) async throws -> [String: [KnownMessage]] {
        var owners: [String: String] = [:]
        for (conversationID, head) in heads where head.maxSeq > 0 {
            let last = MessageBlock.number(of: head.maxSeq)
            for number in max(0, last - max(0, blocks))...last {
                owners[MessageBlock.documentID(conversationID, number: number)] = conversationID
            }
        }
        var known: [String: [KnownMessage]] = [:]
        var rest = owners.keys.sorted()[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.blocksPerIdentityQuery)
            rest = rest.dropFirst(Self.blocksPerIdentityQuery)
            let filter: BSONDocument = ["doc_id": .document(["$in": .array(some.map { .string($0) })])]
            for block in try await self.identities(filter, session) {
                guard let conversationID = owners[block.documentID] else { continue }
                known[conversationID, default: []] += block.messages(of: conversationID)
            }
        }
        return known.mapValues { $0.sorted { $0.seq < $1.seq } }
    }

    /// The seqs of those of the messages that are stored, also when their content was deleted since.
    ///
    /// Asks for the blocks whose range of creation times holds that of the message, by an index. Blocks that OpenIM's own
    /// server wrote have no such range before they were imported.
    package func seqs(
        of sought: [SoughtMessage],
        session: MongoSession? = nil
    ) async throws -> [MessageIdentity: Int64] {
        var seqs: [MessageIdentity: Int64] = [:]
        var rest = sought[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.soughtPerQuery)
            rest = rest.dropFirst(Self.soughtPerQuery)
            let places = some.map { message -> BSONValue in
                .document([
                    "conv": .string(message.conversationID),
                    "c1": .document(["$gte": .int64(message.createTime)]),
                    "c0": .document(["$lte": .int64(message.createTime)]),
                    "msgs.id": .binary(message.identity.bytes, subtype: 0),
                ])
            }
            let wanted = Set(some.map(\.identity))
            for block in try await self.identities(["$or": .array(places)], session) {
                for message in block.messages(of: "") where wanted.contains(message.identity) {
                    seqs[message.identity] = message.seq
                }
            }
        }
        return seqs
    }

    private func identities(_ match: BSONDocument, _ session: MongoSession?) async throws -> [BlockIdentities] {
        let blocks = try await self.blocks.aggregateAll(
            [["$match": .document(match)], Self.identitySummary],
            options: MongoAggregateOptions(readConcern: .majority),
            session: session
        )
        return try blocks.map { try BlockIdentities($0) }
    }

    /// One value for each slot, so that none moves up.
    ///
    /// Sender and client id are needed only for messages that OpenIM's own server stored, which have no id.
    private static let identitySummary: BSONDocument = {
        func each(_ field: BSONValue) -> BSONValue {
            .document(Self.ifArray(["$map": .document(["input": "$msgs", "as": "slot", "in": field])]))
        }
        func orNull(_ field: BSONValue) -> BSONValue { .document(["$ifNull": .array([field, .null])]) }
        func ifUnmarked(_ field: BSONValue) -> BSONValue {
            let isMarked: BSONDocument = ["$eq": .array([.document(["$type": "$$slot.id"]), "binData"])]
            return .document(["$cond": .array([.document(isMarked), .null, orNull(field)])])
        }
        return [
            "$project": .document([
                "doc_id": .int32(1), "ids": each(orNull("$$slot.id")), "times": each(orNull("$$slot.msg.create_time")),
                "senders": each(ifUnmarked("$$slot.msg.send_id")),
                "clients": each(ifUnmarked("$$slot.msg.client_msg_id")),
            ])
        ]
    }()
}

/// The identities of a block, by slot.
private struct BlockIdentities {
    private(set) var documentID = ""
    private var ids: [MessageIdentity?] = []
    private var times: [Int64?] = []
    private var senders: [String?] = []
    private var clients: [String?] = []

    init(_ document: BSONDocument) throws(MongoError) {
        self = try document.read { (reader: inout BSONReader) throws(MongoError) in
            var block = BlockIdentities()
            while try reader.next() {
                if reader.isKey("doc_id") {
                    block.documentID = reader.lenientText
                } else if reader.isKey("ids") {
                    block.ids = try Self.values(reader) { MessageIdentity(bytes: $0.lenientBytes) }
                } else if reader.isKey("times") {
                    block.times = try Self.values(reader) { $0.isNull ? nil : $0.lenientInt64 }
                } else if reader.isKey("senders") {
                    block.senders = try Self.values(reader) { $0.type == .string ? $0.lenientText : nil }
                } else if reader.isKey("clients") {
                    block.clients = try Self.values(reader) { $0.type == .string ? $0.lenientText : nil }
                }
            }
            return block
        }
    }

    private init() {}

    private static func values<Value>(
        _ reader: borrowing BSONReader,
        _ value: (borrowing BSONReader) -> Value?
    ) throws(MongoError) -> [Value?] {
        guard reader.type == .array else { return [] }
        return try reader.readArray { (reader: inout BSONReader) throws(MongoError) in
            var values: [Value?] = []
            while try reader.next() { values.append(value(reader)) }
            return values
        }
    }

    /// The messages of this block, which belongs to `conversationID`.
    func messages(of conversationID: String) -> [KnownMessage] {
        guard let number = MessageBlock.number(ofDocument: self.documentID) else { return [] }
        return self.ids.indices.prefix(Int(MessageBlock.size)).compactMap { slot in
            guard let identity = self.ids[slot] ?? self.madeIdentity(slot, conversationID) else { return nil }
            return KnownMessage(
                identity: identity,
                seq: MessageBlock.seq(number: number, slot: slot),
                createTime: self.times.indices.contains(slot) ? self.times[slot] : nil
            )
        }
    }

    private func madeIdentity(_ slot: Int, _ conversationID: String) -> MessageIdentity? {
        guard self.senders.indices.contains(slot), self.clients.indices.contains(slot),
            let sender = self.senders[slot], let client = self.clients[slot]
        else { return nil }
        // Hashing does not fail for texts of this size.
        return try? MessageIdentity(conversationID: conversationID, sendID: sender, clientMsgID: client)
    }
}
