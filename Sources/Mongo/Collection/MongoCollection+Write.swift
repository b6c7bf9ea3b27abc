import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// Inserts a document; one without `_id` gets an object id.
    ///
    /// - Parameters:
    ///   - document: the document.
    ///   - deadline: when to give up.
    /// - Throws: `.duplicateKey`.
    public func insertOne(_ document: BSONDocument, deadline: Deadline? = nil) async throws(MongoError) {
        try await self.withCollection(deadline, isWrite: true) { _, collection throws(MongoError) in
            let document = try BSONHandle(document)
            let reply = BSONReply()
            var error = bson_error_t()
            guard mongoc_collection_insert_one(collection.raw, document.raw, nil, reply.raw, &error) else {
                throw MongoError(error, reply: reply.document, isWrite: true)
            }
        }
    }

    /// Inserts documents, in as few messages as they fit into.
    ///
    /// - Parameters:
    ///   - documents: the documents; none is allowed.
    ///   - ordered: whether to stop at the first that fails, or to try all.
    ///   - deadline: when to give up.
    /// - Returns: how many were inserted, and which ones failed and why; see `MongoBulkResult.orThrow()`.
    /// - Throws: errors of the whole call; those of single documents are in the result.
    public func insertMany(
        _ documents: [BSONDocument],
        ordered: Bool = true,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoBulkResult {
        try await self.bulkWrite(documents.map(MongoWrite.insertOne), ordered: ordered, deadline: deadline)
    }

    /// Changes the first document that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - update: update operators, such as `$set`.
    ///   - upsert: whether to insert a document when none is found.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: `.duplicateKey`, also when two upserts meet.
    @discardableResult
    public func updateOne(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        upsert: Bool = false,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        try await self.update(filter, update, upsert, deadline, mongoc_collection_update_one)
    }

    /// Changes all documents that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - update: update operators, such as `$set`.
    ///   - upsert: whether to insert a document when none is found.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: errors of the server; some documents may have been changed then.
    @discardableResult
    public func updateMany(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        upsert: Bool = false,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        try await self.update(filter, update, upsert, deadline, mongoc_collection_update_many)
    }

    /// Removes the first document that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - deadline: when to give up.
    /// - Returns: 0 or 1.
    /// - Throws: errors of the server and the network.
    @discardableResult
    public func deleteOne(_ filter: BSONDocument, deadline: Deadline? = nil) async throws(MongoError) -> Int {
        try await self.delete(filter, deadline, mongoc_collection_delete_one)
    }

    /// Removes all documents that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty removes all.
    ///   - deadline: when to give up.
    /// - Returns: how many were removed.
    /// - Throws: errors of the server; some documents may have been removed then.
    @discardableResult
    public func deleteMany(_ filter: BSONDocument, deadline: Deadline? = nil) async throws(MongoError) -> Int {
        try await self.delete(filter, deadline, mongoc_collection_delete_many)
    }

    private typealias Update =
        @Sendable (
            OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?,
            UnsafeMutablePointer<bson_error_t>?
        ) -> Bool
    private typealias Delete =
        @Sendable (
            OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, UnsafeMutablePointer<bson_error_t>?
        ) -> Bool

    private func update(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        _ upsert: Bool,
        _ deadline: Deadline?,
        _ function: @escaping Update
    ) async throws(MongoError) -> MongoUpdateResult {
        try await self.withCollection(deadline, isWrite: true) { _, collection throws(MongoError) in
            let filter = try BSONHandle(filter)
            let update = try BSONHandle(update)
            let settings = try BSONHandle(["upsert": .bool(upsert)])
            let reply = BSONReply()
            var error = bson_error_t()
            guard function(collection.raw, filter.raw, update.raw, settings.raw, reply.raw, &error) else {
                throw MongoError(error, reply: reply.document, isWrite: true)
            }
            return MongoUpdateResult(reply: reply.document)
        }
    }

    private func delete(
        _ filter: BSONDocument,
        _ deadline: Deadline?,
        _ function: @escaping Delete
    ) async throws(MongoError) -> Int {
        try await self.withCollection(deadline, isWrite: true) { _, collection throws(MongoError) in
            let filter = try BSONHandle(filter)
            let reply = BSONReply()
            var error = bson_error_t()
            guard function(collection.raw, filter.raw, nil, reply.raw, &error) else {
                throw MongoError(error, reply: reply.document, isWrite: true)
            }
            return reply.document.count("deletedCount")
        }
    }
}
