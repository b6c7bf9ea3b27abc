import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// The documents that `filter` finds, fetched batch by batch while they are read.
    ///
    /// The cursor keeps one connection until its end; for an answer of few documents `findAll` is cheaper.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty finds all.
    ///   - options: fields, order and bounds.
    ///   - session: the session that the cursor is part of.
    ///   - deadline: covers the whole life of the cursor; nil gives each batch `operationTimeout`.
    /// - Returns: the documents, in the order of `options.sort`.
    /// - Throws: errors of the first batch; those of later ones come from the cursor.
    public func find(
        _ filter: BSONDocument = [:],
        options: MongoFindOptions = MongoFindOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoCursor<BSONDocument> {
        let query = try self.query(filter, options)
        return try await MongoCursor.open(
            on: self.client,
            session: session,
            deadline: deadline,
            batchSize: options.batchSize,
            { client throws(MongoError) in try query(client, deadline != nil) }
        )
    }

    /// The documents that `filter` finds, in one piece.
    ///
    /// One hop to a thread and back for the whole answer, however many batches it takes.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty finds all.
    ///   - options: fields, order and bounds.
    ///   - session: the session that the call is part of.
    ///   - deadline: covers all answers of the server.
    /// - Returns: the documents, in the order of `options.sort`.
    /// - Throws: `.tooManyDocuments` beyond `options.documentsMax`.
    public func findAll(
        _ filter: BSONDocument = [:],
        options: MongoFindOptions = MongoFindOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [BSONDocument] {
        let query = try self.query(filter, options)
        let documentsMax = options.documentsMax
        return try await self.client.withClient(deadline, kind: .read, session: session) { client throws(MongoError) in
            let cursor = MongocCursor(takingOwnershipOf: try query(client, true))
            return try cursor.all(documentsMax: documentsMax, deadline: client.deadline)
        }
    }

    /// The first document that `filter` finds; nil when there is none.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty finds any.
    ///   - options: fields and order; its limit is replaced by 1.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the document.
    /// - Throws: errors of the server and the network.
    public func findOne(
        _ filter: BSONDocument = [:],
        options: MongoFindOptions = MongoFindOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument? {
        try OptionRules.notNegative("limit", options.limit)
        var options = options
        options.limit = 1
        // A batch of one would leave a cursor open on the server.
        options.batchSize = nil
        return try await self.findAll(filter, options: options, session: session, deadline: deadline).first
    }

    /// What makes the `mongoc_cursor_t` of a query, after everything has been checked.
    ///
    /// - Returns: a function of the client and whether the deadline bounds the whole cursor.
    private func query(
        _ filter: BSONDocument,
        _ options: MongoFindOptions
    ) throws(MongoError) -> @Sendable (borrowing MongocClient, Bool) throws(MongoError) -> OpaquePointer {
        try self.checkName()
        try options.check()
        try DocumentRules.limits(filter, "filter")
        let (database, name) = (self.database.name, self.name)
        return { client, isBounded throws(MongoError) in
            let collection = try MongocCollection(client, database: database, name: name)
            let preference = try MongocReadPreference(options.readPreference)
            let arguments = MongocArguments()
            try options.append(to: arguments)
            if isBounded || options.maxTime != nil { try arguments.append(maxTime: options.maxTime, of: client) }
            try arguments.append(sessionOf: client)
            return try arguments.withView(filter) { filter throws(MongoError) in
                guard
                    let raw = mongoc_collection_find_with_opts(
                        collection.raw,
                        filter,
                        arguments.options,
                        preference.raw
                    )
                else { throw MongoError(.invalidArgument, "libmongoc refuses the query") }
                return raw
            }
        }
    }
}
