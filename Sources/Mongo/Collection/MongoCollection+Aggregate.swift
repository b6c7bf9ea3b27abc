import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// The documents that a pipeline of stages makes, fetched batch by batch while they are read.
    ///
    /// - Parameters:
    ///   - pipeline: the stages; empty returns all documents. One that ends in `$out` or `$merge` is a write.
    ///   - options: bounds and the like.
    ///   - session: the session that the cursor is part of.
    ///   - deadline: covers the whole life of the cursor; nil gives each batch `operationTimeout`.
    /// - Returns: what the last stage makes; nothing after `$out` and `$merge`.
    /// - Throws: errors of the first batch; those of later ones come from the cursor.
    public func aggregate(
        _ pipeline: [BSONDocument],
        options: MongoAggregateOptions = MongoAggregateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoCursor<BSONDocument> {
        try self.checkName()
        let aggregation = try Aggregation(pipeline, options)
        let (database, name) = (self.database.name, self.name)
        return try await MongoCursor.open(
            on: self.client,
            session: session,
            deadline: deadline,
            batchSize: options.batchSize,
            kind: aggregation.kind,
            { client throws(MongoError) in
                let collection = try MongocCollection(client, database: database, name: name)
                return try aggregation.open(collection, client, isBounded: deadline != nil)
            }
        )
    }

    /// The documents that a pipeline of stages makes, in one piece.
    ///
    /// - Parameters:
    ///   - pipeline: the stages; empty returns all documents. One that ends in `$out` or `$merge` is a write.
    ///   - options: bounds and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: covers all answers of the server.
    /// - Returns: what the last stage made; nothing after `$out` and `$merge`.
    /// - Throws: `.tooManyDocuments` beyond `options.documentsMax`.
    @discardableResult
    public func aggregateAll(
        _ pipeline: [BSONDocument],
        options: MongoAggregateOptions = MongoAggregateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [BSONDocument] {
        let aggregation = try Aggregation(pipeline, options)
        let kind = aggregation.kind
        return try await self.call(deadline, kind: kind, session: session) { client, collection throws(MongoError) in
            try aggregation.collect(try aggregation.open(collection, client, isBounded: true), client)
        }
    }
}
