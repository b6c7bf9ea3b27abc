import CMongoc
import ServerRuntime

/// A `mongoc_cursor_t` that lives on a leased client between the calls that read from it.
///
/// Whoever runs a call of the lease may use it, and a lease runs one call at a time: hence unchecked.
final class CursorHandle: LeaseAttachment, @unchecked Sendable {
    private var raw: OpaquePointer?

    init(takingOwnershipOf raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        // Destroying can send to the server, which only a thread with the client may do.
        precondition(self.raw == nil, "a mongoc_cursor_t was dropped without destroy()")
    }

    /// Copies the next documents.
    ///
    /// - Parameter countMax: how many at a time; more when the server has no more of them, so that all are here.
    /// - Returns: the documents, and whether they are the last; the cursor is destroyed then, and after an error.
    /// - Throws: the error that ended the cursor.
    func read(atMost countMax: Int) throws(MongoError) -> CursorBatch {
        guard let raw = self.raw else { return CursorBatch(isLast: true) }
        var batch = CursorBatch()
        do throws(MongoError) {
            var next: OpaquePointer?
            while batch.documents.count < countMax || mongoc_cursor_get_id(raw) == 0 {
                guard mongoc_cursor_next(raw, &next), let document = next else {
                    batch.isLast = true
                    break
                }
                batch.documents.append(try BSONDocument(copying: document))
            }
            try MongocCursor.check(raw)
        } catch {
            self.destroy()
            throw error
        }
        if batch.isLast {
            self.destroy()
        }
        return batch
    }

    func destroy() {
        guard let raw = self.raw else { return }
        self.raw = nil
        mongoc_cursor_destroy(raw)
    }
}
