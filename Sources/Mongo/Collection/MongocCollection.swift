import CMongoc

/// Sole owner of a `mongoc_collection_t`, for the length of one call.
struct MongocCollection: ~Copyable {
    let raw: OpaquePointer

    /// - Throws: `.invalidArgument` when libmongoc refuses the names.
    init(_ client: borrowing MongocClient, database: String, name: String) throws(MongoError) {
        guard let raw = mongoc_client_get_collection(client.raw, database, name) else {
            throw MongoError(.invalidArgument, "libmongoc refuses the name of the collection")
        }
        self.raw = raw
    }

    deinit {
        mongoc_collection_destroy(self.raw)
    }
}
