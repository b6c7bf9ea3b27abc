import IMProtocol
package import Mongo

/// The message history, in MongoDB: blocks of messages, a head per conversation, and how far the log has been followed.
///
/// The order of writing is what keeps the promises (blocks, then heads, then position); the caller keeps that order.
package struct HistoryStore: Sendable {
    let blocks: MongoCollection
    let heads: MongoCollection
    let pipeline: MongoCollection

    package init(mongo: MongoClient) {
        self.blocks = mongo.collection("msg")
        self.heads = mongo.collection("seq")
        self.pipeline = mongo.collection("pipeline")
    }

    /// Creates the indexes that do not exist yet.
    package func prepare() async throws {
        try await self.blocks.createIndex(keys: ["doc_id": .int32(1)], unique: true, name: "doc_id_1")
        try await self.blocks.createIndex(
            keys: ["conv": .int32(1), "c1": .int32(1), "c0": .int32(1)],
            unique: false,
            name: "conv_1_c1_1_c0_1"
        )
        try await self.heads.createIndex(keys: ["conversation_id": .int32(1)], unique: true, name: "conversation_id_1")
    }

    /// Compares the topics' number of partitions with the one that was stored at the first start, and stores it then.
    ///
    /// - Throws: `StorageError.partitionCount` when they differ.
    package func checkPartitionCount(_ count: Int32) async throws {
        _ = try await self.pipeline.updateOne(
            ["_id": "partitions"],
            ["$setOnInsert": .document(["count": .int32(count)])],
            upsert: true
        )
        let stored = try await self.pipeline.find(["_id": "partitions"]).first?.int64("count") ?? 0
        guard stored == Int64(count) else {
            throw StorageError.partitionCount(
                "the topics have \(count) partitions, but the pipeline was started with \(stored): changing the number "
                    + "needs the procedure in ARCHITECTURE.md"
            )
        }
    }

    /// The next offset of `partition` of `toMongo` to be written to the history; nil before the first one.
    package func position(of partition: Int32) async throws -> Int64? {
        let filter: BSONDocument = ["_id": .string(Self.positionID(partition))]
        return try await self.pipeline.find(filter, options: Self.certain()).first?.int64("next")
    }

    /// Moves the position of `partition`, only forward.
    package func savePosition(of partition: Int32, next: Int64) async throws {
        _ = try await self.pipeline.updateOne(
            ["_id": .string(Self.positionID(partition))],
            ["$max": .document(["next": .int64(next)])],
            upsert: true
        )
    }

    /// The heads of those of the conversations that have one.
    package func heads(of conversationIDs: [String]) async throws -> [String: ConversationHead] {
        var heads: [String: ConversationHead] = [:]
        var rest = conversationIDs[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.headsPerQuery)
            rest = rest.dropFirst(Self.headsPerQuery)
            let filter: BSONDocument = ["conversation_id": .document(["$in": .array(some.map { .string($0) })])]
            for document in try await self.heads.find(filter, options: Self.certain()) {
                let conversationID = document.text("conversation_id")
                let maxSeq = max(document.int64("max_seq"), document.int64("floor"))
                guard (0...SequencedMessages.seqMax).contains(maxSeq) else {
                    throw StorageError.malformed("the head of \(conversationID) holds the impossible seq \(maxSeq)")
                }
                heads[conversationID] = ConversationHead(
                    maxSeq: maxSeq,
                    minSeq: document.int64("min_seq"),
                    createMax: document.int64("create_max")
                )
            }
        }
        return heads
    }

    private static let headsPerQuery = 1000

    /// Only what a majority holds counts, for seqs are given from it.
    static func certain(_ projection: BSONDocument? = nil) -> MongoFindOptions {
        MongoFindOptions(projection: projection, readConcern: .majority)
    }

    /// Raises the heads of conversations to what was stored; never lowers one.
    package func raiseHeads(_ runs: [SequencedMessages]) async throws {
        let updates = runs.compactMap { run -> MongoWrite? in
            guard let last = run.messages.last else { return nil }
            let createMax = run.messages.map(\.createTime).max() ?? 0
            return .updateOne(
                filter: ["conversation_id": .string(run.conversationID)],
                update: [
                    "$max": .document(["max_seq": .int64(last.seq), "create_max": .int64(createMax)]),
                    "$setOnInsert": .document(["min_seq": .int64(0), "floor": .int64(0)]),
                ],
                upsert: true
            )
        }
        guard !updates.isEmpty else { return }
        try await self.heads.bulkWrite(updates, ordered: false).orThrow()
    }

    private static func positionID(_ partition: Int32) -> String {
        "toMongo/\(partition)"
    }
}
