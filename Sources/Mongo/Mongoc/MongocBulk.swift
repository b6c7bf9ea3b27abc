import CMongoc

/// Sole owner of a `mongoc_bulk_operation_t`.
struct MongocBulk: ~Copyable {
    private let raw: OpaquePointer

    init(_ collection: borrowing MongocCollection, ordered: Bool) throws(MongoError) {
        let settings = try BSONHandle(["ordered": .bool(ordered)])
        guard let raw = mongoc_collection_create_bulk_operation_with_opts(collection.raw, settings.raw) else {
            throw MongoError(.invalidArgument, "libmongoc refuses the bulk operation")
        }
        self.raw = raw
    }

    deinit {
        mongoc_bulk_operation_destroy(self.raw)
    }

    /// Adds an operation; nothing is sent yet.
    ///
    /// - Throws: `.invalidArgument` for an update without operators and the like.
    func add(_ write: MongoWrite) throws(MongoError) {
        var error = bson_error_t()
        let isAdded: Bool
        switch write {
        case .insertOne(let document):
            let document = try BSONHandle(document)
            isAdded = mongoc_bulk_operation_insert_with_opts(self.raw, document.raw, nil, &error)
        case .updateOne(let filter, let update, let upsert):
            let filter = try BSONHandle(filter)
            let update = try BSONHandle(update)
            let settings = try BSONHandle(["upsert": .bool(upsert)])
            isAdded = mongoc_bulk_operation_update_one_with_opts(
                self.raw,
                filter.raw,
                update.raw,
                settings.raw,
                &error
            )
        case .updateMany(let filter, let update, let upsert):
            let filter = try BSONHandle(filter)
            let update = try BSONHandle(update)
            let settings = try BSONHandle(["upsert": .bool(upsert)])
            isAdded = mongoc_bulk_operation_update_many_with_opts(
                self.raw,
                filter.raw,
                update.raw,
                settings.raw,
                &error
            )
        case .replaceOne(let filter, let replacement, let upsert):
            let filter = try BSONHandle(filter)
            let replacement = try BSONHandle(replacement)
            let settings = try BSONHandle(["upsert": .bool(upsert)])
            isAdded = mongoc_bulk_operation_replace_one_with_opts(
                self.raw,
                filter.raw,
                replacement.raw,
                settings.raw,
                &error
            )
        case .deleteOne(let filter):
            let filter = try BSONHandle(filter)
            isAdded = mongoc_bulk_operation_remove_one_with_opts(self.raw, filter.raw, nil, &error)
        case .deleteMany(let filter):
            let filter = try BSONHandle(filter)
            isAdded = mongoc_bulk_operation_remove_many_with_opts(self.raw, filter.raw, nil, &error)
        }
        guard isAdded else { throw MongoError(error, isWrite: false) }
    }

    /// Sends the operations and reads the answers.
    ///
    /// - Throws: errors of the whole; those of single operations are in the result.
    func execute() throws(MongoError) -> MongoBulkResult {
        let reply = BSONReply()
        var error = bson_error_t()
        let isDone = mongoc_bulk_operation_execute(self.raw, reply.raw, &error) != 0
        let document = reply.document
        let result = MongoBulkResult(bulkReply: document)
        guard !isDone else { return result }
        let hasConcernErrors = document["writeConcernErrors"].flatMap { [BSONDocument].decode($0) }?.isEmpty == false
        // The error of a call whose single operations failed only repeats the first of them.
        if error.domain == MONGOC_ERROR_SERVER.rawValue, !result.errors.isEmpty, !hasConcernErrors { return result }
        var failure = MongoError(error, reply: document, isWrite: true)
        let isPartlyApplied = result.inserted + result.modified + result.deleted + result.upserted > 0
        failure.mayHaveBeenApplied = failure.mayHaveBeenApplied || isPartlyApplied || hasConcernErrors
        throw failure
    }
}
