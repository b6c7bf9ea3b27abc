import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// The documents that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty finds all.
    ///   - options: fields, order and bounds.
    ///   - deadline: covers all answers of the server.
    /// - Returns: the documents, in the order of `options.sort`.
    /// - Throws: `.tooManyDocuments` beyond `options.documentsMax`.
    public func find(
        _ filter: BSONDocument = [:],
        options: MongoFindOptions = MongoFindOptions(),
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [BSONDocument] {
        try await self.withCollection(deadline, isWrite: false) { client, collection throws(MongoError) in
            let filter = try BSONHandle(filter)
            let settings = try BSONHandle(options.options(maxTime: client.maxTime))
            guard let raw = mongoc_collection_find_with_opts(collection.raw, filter.raw, settings.raw, nil) else {
                throw MongoError(.invalidArgument, "libmongoc refuses the query")
            }
            let cursor = MongocCursor(takingOwnershipOf: raw)
            return try cursor.all(documentsMax: options.documentsMax, deadline: client.deadline)
        }
    }

    /// The first document that `filter` finds; nil when there is none.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - options: fields and order; its limit is replaced by 1.
    ///   - deadline: when to give up.
    /// - Returns: the document.
    /// - Throws: errors of the server and the network.
    public func findOne(
        _ filter: BSONDocument,
        options: MongoFindOptions = MongoFindOptions(),
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument? {
        var options = options
        options.limit = 1
        return try await self.find(filter, options: options, deadline: deadline).first
    }

    /// The documents that a pipeline of stages makes.
    ///
    /// - Parameters:
    ///   - pipeline: the stages.
    ///   - readConcern: which data the read may return; nil takes the default of the server.
    ///   - documentsMax: upper bound of documents held in memory.
    ///   - deadline: covers all answers of the server.
    /// - Returns: what the last stage made.
    /// - Throws: `.tooManyDocuments` beyond `documentsMax`. A pipeline that ends in `$out` or `$merge` may have been
    ///   applied.
    public func aggregate(
        _ pipeline: [BSONDocument],
        readConcern: MongoReadConcern? = nil,
        documentsMax: Int = 10_000,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [BSONDocument] {
        let isWrite = pipeline.last.map { $0["$out"] != nil || $0["$merge"] != nil } ?? false
        return try await self.withCollection(deadline, isWrite: isWrite) { client, collection throws(MongoError) in
            let stages = try BSONHandle(["pipeline": .array(pipeline.map(BSONValue.document))])
            let settings = try BSONHandle(BSONDocument([client.maxTime] + (readConcern.map { [$0.option] } ?? [])))
            let flags = MONGOC_QUERY_NONE
            guard let raw = mongoc_collection_aggregate(collection.raw, flags, stages.raw, settings.raw, nil) else {
                throw MongoError(.invalidArgument, "libmongoc refuses the pipeline")
            }
            let cursor = MongocCursor(takingOwnershipOf: raw)
            return try cursor.all(documentsMax: documentsMax, deadline: client.deadline)
        }
    }

    /// How many documents `filter` finds, counted exactly.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty finds all.
    ///   - deadline: when to give up.
    /// - Returns: the number.
    /// - Throws: errors of the server and the network.
    public func countDocuments(
        _ filter: BSONDocument = [:],
        deadline: Deadline? = nil
    ) async throws(MongoError) -> Int {
        try await self.withCollection(deadline, isWrite: false) { client, collection throws(MongoError) in
            let filter = try BSONHandle(filter)
            let settings = try BSONHandle(BSONDocument([client.maxTime]))
            let reply = BSONReply()
            var error = bson_error_t()
            let count = mongoc_collection_count_documents(
                collection.raw,
                filter.raw,
                settings.raw,
                nil,
                reply.raw,
                &error
            )
            guard count >= 0 else { throw MongoError(error, reply: reply.document, isWrite: false) }
            return Int(count)
        }
    }
}
