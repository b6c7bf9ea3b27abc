import CMongoc
public import ServerRuntime

extension MongoDatabase {
    /// What a pipeline makes that reads no collection, such as one that begins with `$documents` or `$currentOp`.
    ///
    /// - Parameters:
    ///   - pipeline: the stages, at least one.
    ///   - options: bounds and the like.
    ///   - session: the session that the cursor is part of.
    ///   - deadline: covers the whole life of the cursor; nil gives each batch `operationTimeout`.
    /// - Returns: what the last stage makes.
    /// - Throws: errors of the first batch; those of later ones come from the cursor.
    public func aggregate(
        _ pipeline: [BSONDocument],
        options: MongoAggregateOptions = MongoAggregateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoCursor<BSONDocument> {
        try OptionRules.database(self.name)
        try DocumentRules.notEmpty(pipeline, "pipeline")
        let aggregation = try Aggregation(pipeline, options)
        let name = self.name
        return try await MongoCursor.open(
            on: self.client,
            session: session,
            deadline: deadline,
            batchSize: options.batchSize,
            kind: aggregation.kind,
            { client throws(MongoError) in
                let database = try MongocDatabase(client, name: name)
                return try aggregation.open(database: database.raw, client, isBounded: deadline != nil)
            }
        )
    }

    /// What a pipeline makes that reads no collection, in one piece.
    ///
    /// - Parameters:
    ///   - pipeline: the stages, at least one.
    ///   - options: bounds and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: covers all answers of the server.
    /// - Returns: what the last stage made.
    /// - Throws: `.tooManyDocuments` beyond `options.documentsMax`.
    public func aggregateAll(
        _ pipeline: [BSONDocument],
        options: MongoAggregateOptions = MongoAggregateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [BSONDocument] {
        try OptionRules.database(self.name)
        try DocumentRules.notEmpty(pipeline, "pipeline")
        let aggregation = try Aggregation(pipeline, options)
        let (name, kind) = (self.name, aggregation.kind)
        return try await self.client.withClient(deadline, kind: kind, session: session) { client throws(MongoError) in
            let database = try MongocDatabase(client, name: name)
            let raw = try aggregation.open(database: database.raw, client, isBounded: true)
            return try aggregation.collect(raw, client)
        }
    }
}
