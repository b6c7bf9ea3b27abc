import CMongoc
import ServerRuntime

/// Sole owner of a `mongoc_find_and_modify_opts_t`.
struct MongocFindAndModify: ~Copyable {
    private let raw: OpaquePointer

    init() throws(MongoError) {
        guard let raw = mongoc_find_and_modify_opts_new() else {
            throw MongoError(.invalidArgument, "libmongoc has no memory for the options")
        }
        self.raw = raw
    }

    deinit {
        mongoc_find_and_modify_opts_destroy(self.raw)
    }

    /// Sets what is done to the document, and everything else of the call.
    ///
    /// `change` is an update, the stages of one, or a replacement; nil deletes the document.
    func set(
        _ change: BSONDocument?,
        _ options: MongoFindAndModifyOptions,
        _ client: borrowing MongocClient,
        _ arguments: borrowing MongocArguments
    ) throws(MongoError) {
        var flags = MONGOC_FIND_AND_MODIFY_NONE.rawValue
        if let change {
            try self.set(change, arguments, mongoc_find_and_modify_opts_set_update)
            if options.upsert { flags |= MONGOC_FIND_AND_MODIFY_UPSERT.rawValue }
            if options.returning == .after { flags |= MONGOC_FIND_AND_MODIFY_RETURN_NEW.rawValue }
        } else {
            flags |= MONGOC_FIND_AND_MODIFY_REMOVE.rawValue
        }
        mongoc_find_and_modify_opts_set_flags(self.raw, mongoc_find_and_modify_flags_t(rawValue: flags))
        if let sort = options.sort { try self.set(sort, arguments, mongoc_find_and_modify_opts_set_sort) }
        if let fields = options.projection { try self.set(fields, arguments, mongoc_find_and_modify_opts_set_fields) }
        if options.bypassesValidation {
            mongoc_find_and_modify_opts_set_bypass_document_validation(self.raw, true)
        }
        try options.append(to: arguments)
        try arguments.append(maxTime: options.maxTime, of: client)
        try arguments.append(sessionOf: client)
        guard mongoc_find_and_modify_opts_append(self.raw, arguments.options) else {
            throw MongoError(.invalidArgument, "libmongoc refuses the options")
        }
    }

    /// Runs the command.
    ///
    /// - Returns: the document in the version that was asked for; nil when there is none.
    func run(
        _ collection: borrowing MongocCollection,
        _ filter: BSONDocument,
        _ arguments: borrowing MongocArguments
    ) throws(MongoError) -> BSONDocument? {
        var error = bson_error_t()
        let (target, options, reply) = (collection.raw, self.raw, arguments.reply)
        let isDone = try arguments.withView(filter) { filter in
            mongoc_collection_find_and_modify_with_opts(target, filter, options, reply, &error)
        }
        guard isDone else { throw arguments.failure(error, of: .write) }
        guard case .document(let document)? = try BSONDocument(copying: arguments.reply)["value"] else { return nil }
        return document
    }

    private func set(
        _ document: BSONDocument,
        _ arguments: borrowing MongocArguments,
        _ function: (OpaquePointer?, OpaquePointer?) -> Bool
    ) throws(MongoError) {
        let raw = self.raw
        let isSet = try arguments.withView(document) { view in function(raw, view) }
        guard isSet else { throw MongoError(.invalidArgument, "libmongoc refuses an option") }
    }
}
