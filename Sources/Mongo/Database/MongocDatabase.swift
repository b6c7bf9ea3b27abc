import CMongoc

/// Sole owner of a `mongoc_database_t`, for the length of one call.
struct MongocDatabase: ~Copyable {
    let raw: OpaquePointer

    /// - Throws: `.invalidArgument` when libmongoc refuses the name.
    init(_ client: borrowing MongocClient, name: String) throws(MongoError) {
        guard let raw = mongoc_client_get_database(client.raw, name) else {
            throw MongoError(.invalidArgument, "libmongoc refuses the name of the database")
        }
        self.raw = raw
    }

    deinit {
        mongoc_database_destroy(self.raw)
    }
}
