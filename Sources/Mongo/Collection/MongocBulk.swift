import CMongoc

/// Sole owner of a `mongoc_bulk_operation_t`; it has copies of the documents that were added.
struct MongocBulk: ~Copyable {
    private let raw: OpaquePointer
    private let views = MongocArguments()

    /// Makes an empty one; `arguments` hold the options of the whole.
    init(_ collection: borrowing MongocCollection, _ arguments: borrowing MongocArguments) throws(MongoError) {
        guard let raw = mongoc_collection_create_bulk_operation_with_opts(collection.raw, arguments.options) else {
            throw MongoError(.invalidArgument, "libmongoc refuses the bulk operation")
        }
        self.raw = raw
    }

    deinit {
        mongoc_bulk_operation_destroy(self.raw)
    }

    func bypassValidation() {
        mongoc_bulk_operation_set_bypass_document_validation(self.raw, true)
    }

    /// Adds an insert.
    ///
    /// - Returns: the `_id`, which is made if there is none.
    func insert(
        _ document: BSONDocument,
        _ identified: inout IdentifiedDocument
    ) throws(MongoError) -> BSONValue {
        try identified.with(document) { bytes, id throws(MongoError) in
            try self.views.withView(bytes) { view throws(MongoError) in
                try self.views.withOptions(MongoWrite.checkedOptions) { options throws(MongoError) in
                    var error = bson_error_t()
                    guard mongoc_bulk_operation_insert_with_opts(self.raw, view, options, &error) else {
                        throw MongoError(error, isWrite: false)
                    }
                }
            }
            return id
        }
    }

    /// Adds an operation that is no insert; nothing is sent yet.
    func add(_ write: MongoWrite) throws(MongoError) {
        var error = bson_error_t()
        let isAdded = try self.views.withViews(
            write.filter,
            write.document,
            write.options
        ) { filter, document, options in
            switch write.kind {
            case .insertOne: false
            case .updateOne:
                mongoc_bulk_operation_update_one_with_opts(self.raw, filter, document, options, &error)
            case .updateMany:
                mongoc_bulk_operation_update_many_with_opts(self.raw, filter, document, options, &error)
            case .replaceOne:
                mongoc_bulk_operation_replace_one_with_opts(self.raw, filter, document, options, &error)
            case .deleteOne: mongoc_bulk_operation_remove_one_with_opts(self.raw, filter, options, &error)
            case .deleteMany: mongoc_bulk_operation_remove_many_with_opts(self.raw, filter, options, &error)
            }
        }
        guard isAdded else { throw MongoError(error, isWrite: false) }
    }

    /// Sends the operations and reads the answers, for which `arguments` have the room.
    ///
    /// Errors of single operations are in the result; it throws those of the whole.
    func execute(_ arguments: borrowing MongocArguments) throws(MongoError) -> MongoBulkResult {
        var error = bson_error_t()
        let isDone = mongoc_bulk_operation_execute(self.raw, arguments.reply, &error) != 0
        let reply = arguments.replyDocument
        let result = MongoBulkResult(bulkReply: reply)
        guard !isDone else { return result }
        // The error of a call whose single operations failed only repeats the first of them.
        let hasConcernErrors = result.hasConcernErrors(reply)
        if error.domain == MONGOC_ERROR_SERVER.rawValue, !result.errors.isEmpty, !hasConcernErrors { return result }
        throw result.interrupted(by: MongoError(error, reply: reply, isWrite: true), hasConcernErrors)
    }
}
