import CMongoc

/// Sole owner of a `bson_t` that holds a copy of a document, to hand to libmongoc.
///
/// `bson_t` is aligned to 128 bytes, more than Swift gives its own variables, so libbson allocates it.
struct BSONHandle: ~Copyable {
    let raw: OpaquePointer

    /// - Throws: `.invalidDocument` when the document is beyond the limits.
    init(_ document: BSONDocument) throws(MongoError) {
        try document.checkLimits()
        guard let raw = bson_new_from_data(document.bytes, document.bytes.count) else {
            throw MongoError(.invalidDocument, "libbson refuses a document of \(document.bytes.count) bytes")
        }
        self.raw = raw
    }

    deinit {
        bson_destroy(self.raw)
    }
}

extension BSONDocument {
    /// Copies what a `bson_t` holds, and checks it: it may have come from the network.
    init(copying raw: OpaquePointer) throws(MongoError) {
        // The length is the first field of the document itself; libbson keeps it equal to the one in the struct.
        guard let data = bson_get_data(raw) else { throw MongoError(.invalidDocument, "a bson_t without data") }
        let length = UnsafeRawPointer(data).loadUnaligned(as: Int32.self).littleEndian
        try self.init(validating: Array(UnsafeBufferPointer(start: data, count: Int(Swift.max(0, length)))))
    }
}
