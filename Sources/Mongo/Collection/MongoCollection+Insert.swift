import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// Inserts a document; one without `_id` gets an object id as its first field.
    ///
    /// - Parameters:
    ///   - document: the document, at most 16 MiB.
    ///   - options: write concern and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the `_id`.
    /// - Throws: `.duplicateKey`; `.invalidDocument` beyond the limits.
    @discardableResult
    public func insertOne(
        _ document: BSONDocument,
        options: MongoInsertOptions = MongoInsertOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONValue {
        try options.check()
        try DocumentRules.limits(document, "document")
        return try await self.call(deadline, kind: .write, session: session) { client, collection throws(MongoError) in
            let arguments = MongocArguments()
            try arguments.append("validate", false)
            try options.append(to: arguments)
            try arguments.append(maxTime: options.maxTime, of: client)
            try arguments.append(sessionOf: client)
            var identified = IdentifiedDocument()
            return try identified.with(document) { bytes, id throws(MongoError) in
                try arguments.withView(bytes) { view throws(MongoError) in
                    var error = bson_error_t()
                    guard
                        mongoc_collection_insert_one(
                            collection.raw,
                            view,
                            arguments.options,
                            arguments.reply,
                            &error
                        )
                    else { throw arguments.failure(error, of: .write) }
                }
                return id
            }
        }
    }

    /// Inserts documents, in as few messages as they fit into; those without `_id` get an object id as first field.
    ///
    /// - Parameters:
    ///   - documents: the documents, at least one, each at most 16 MiB.
    ///   - ordered: whether to stop at the first that fails, or to try all.
    ///   - options: write concern and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: covers all messages.
    /// - Returns: the ids, how many were inserted, and which ones failed and why; see
    ///   `MongoInsertManyResult.orThrow()`.
    /// - Throws: errors of the whole call; those of single documents are in the result. When some documents may have
    ///   been inserted, `interruptedBulk` of the error says how many are known to be.
    public func insertMany(
        _ documents: [BSONDocument],
        ordered: Bool = true,
        options: MongoInsertOptions = MongoInsertOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoInsertManyResult {
        try options.check()
        try DocumentRules.notEmpty(documents, "documents")
        for (index, document) in documents.enumerated() {
            try DocumentRules.limits(document, "documents", index: index)
        }
        return try await self.call(deadline, kind: .write, session: session) { client, collection throws(MongoError) in
            let arguments = MongocArguments()
            try arguments.append("ordered", ordered)
            try options.appendToBulk(arguments)
            try arguments.append(sessionOf: client)
            let bulk = try MongocBulk(collection, arguments)
            if options.bypassesValidation { bulk.bypassValidation() }
            var ids: [BSONValue] = []
            ids.reserveCapacity(documents.count)
            var identified = IdentifiedDocument()
            for document in documents {
                ids.append(try bulk.insert(document, &identified))
            }
            return MongoInsertManyResult(ids: ids, bulk: try bulk.execute(arguments))
        }
    }
}
