package import Metrics
package import Mongo

/// The message history, in MongoDB: blocks of messages, a head per conversation, and how far the log has been followed.
///
/// The order of writing is what keeps the promises (blocks, then heads, then position); the caller keeps that order.
/// Everything is written with the client's write concern, by default acknowledged by the majority and journaled.
package struct HistoryStore: Sendable {
    let client: MongoClient
    let blocks: MongoCollection
    let heads: MongoCollection
    let pipeline: MongoCollection
    let metrics: HistoryMetrics
    /// How long reads and changes wait for a message that has a seq but is not stored yet.
    let waitMax: Duration

    /// The history in the client's database.
    ///
    /// - Parameters:
    ///   - mongo: the client, which somebody else runs.
    ///   - metrics: where the counters are made; the process' own factory when nil.
    ///   - waitMax: how long reads and changes wait for a message that has a seq but is not stored yet.
    package init(mongo: MongoClient, metrics: (any MetricsFactory)? = nil, waitMax: Duration = .seconds(5)) {
        self.client = mongo
        self.blocks = mongo.collection("msg")
        self.heads = mongo.collection("seq")
        self.pipeline = mongo.collection("pipeline")
        self.metrics = HistoryMetrics(factory: metrics ?? MetricsSystem.factory)
        self.waitMax = waitMax
    }

    /// Creates the indexes that do not exist yet, under the names that OpenIM's own tools give them.
    ///
    /// - Throws: `.duplicateKey` when a collection that OpenIM wrote holds two heads of one conversation, which must be
    ///   put in order before this server may use it.
    package func prepare() async throws {
        try await self.blocks.createIndex(keys: ["doc_id": .int32(1)], unique: true, name: "doc_id_1")
        try await self.blocks.createIndex(
            keys: ["conv": .int32(1), "c1": .int32(1), "c0": .int32(1)],
            unique: false,
            name: "conv_1_c1_1_c0_1"
        )
        try await self.heads.createIndex(keys: ["conversation_id": .int32(1)], unique: true, name: "conversation_id_1")
    }

    /// Only what a majority holds counts, for seqs are given from it.
    static func certain(_ projection: BSONDocument? = nil) -> MongoFindOptions {
        MongoFindOptions(projection: projection, readConcern: .majority)
    }
}

extension HistoryStore {
    /// Runs reads that see each other's data, and what was written before through this client, also when another server
    /// becomes primary in between.
    ///
    /// - Parameter body: hands the session to each read; it holds one connection until its end.
    /// - Returns: what `body` returns.
    /// - Throws: errors of opening the session, and of `body`.
    package func withCausalReads<Result>(_ body: (MongoSession) async throws -> Result) async throws -> Result {
        try await self.client.withSession(body)
    }
}
