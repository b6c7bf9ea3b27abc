import CMongoc

/// Sole owner of a `mongoc_read_concern_t`.
struct MongocReadConcern: ~Copyable {
    let raw: OpaquePointer

    /// - Throws: `.invalidArgument` when libmongoc has no memory.
    init(_ concern: MongoReadConcern) throws(MongoError) {
        guard let raw = mongoc_read_concern_new() else {
            throw MongoError(.invalidArgument, "libmongoc has no memory for a read concern")
        }
        self.raw = raw
        mongoc_read_concern_set_level(raw, concern.rawValue)
    }

    deinit {
        mongoc_read_concern_destroy(self.raw)
    }
}
