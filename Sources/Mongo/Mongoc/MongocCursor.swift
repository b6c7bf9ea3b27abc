import CMongoc
import ServerRuntime

/// Sole owner of a `mongoc_cursor_t`.
struct MongocCursor: ~Copyable {
    private let raw: OpaquePointer

    init(takingOwnershipOf raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        mongoc_cursor_destroy(self.raw)
    }

    /// Copies all documents that are left.
    ///
    /// - Throws: `.tooManyDocuments` beyond `documentsMax`, `.timeout` when the deadline passes between two answers of
    ///   the server, and its errors.
    func all(documentsMax: Int, deadline: Deadline) throws(MongoError) -> [BSONDocument] {
        var documents: [BSONDocument] = []
        var next: OpaquePointer?
        while mongoc_cursor_next(self.raw, &next), let document = next {
            guard documents.count < documentsMax else {
                throw MongoError(.tooManyDocuments, "the answer has more than \(documentsMax) documents")
            }
            documents.append(try BSONDocument(copying: document))
            guard !deadline.hasPassed else { throw MongoError(.timeout, "the deadline passed between documents") }
        }
        try Self.check(self.raw)
        return documents
    }

    /// - Throws: the error that ended the cursor, if one did.
    static func check(_ raw: OpaquePointer) throws(MongoError) {
        var error = bson_error_t()
        var reply: OpaquePointer?
        guard mongoc_cursor_error_document(raw, &error, &reply) else { return }
        // A reply that cannot be read leaves the error without labels.
        let document = reply.flatMap { try? BSONDocument(copying: $0) }
        throw MongoError(error, reply: document, isWrite: false)
    }
}
