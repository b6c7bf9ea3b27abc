import CMongoc
import ServerRuntime
import Synchronization

/// The inner side of a `MongoCursor`: the `mongoc_cursor_t` and the lease of the client that it lives on.
final class CursorSource: Sendable {
    private enum State {
        /// Documents that were fetched while it was opened, and whether there may be more.
        case open(first: [BSONDocument]?, CursorHandle?)
        case closed
    }

    private let lease: ClientLease
    private let session: MongoSession?
    private let deadline: Deadline?
    private let batchSize: Int?
    private let kind: MongoCallKind
    private let state: Mutex<State>

    /// Opens the cursor and fetches its first batch.
    ///
    /// - Throws: errors of the server and the network; nothing is left of the cursor then.
    init(
        lease: ClientLease,
        session: MongoSession?,
        deadline: Deadline?,
        batchSize: Int?,
        kind: MongoCallKind,
        _ make: @escaping @Sendable (borrowing MongocClient) throws(MongoError) -> OpaquePointer
    ) async throws(MongoError) {
        let countMax = batchSize ?? CursorBatch.firstCountMax
        let opening: @Sendable (borrowing MongocClient) throws(MongoError) -> (CursorHandle?, [BSONDocument]) =
            { client throws(MongoError) in
                let handle = CursorHandle(takingOwnershipOf: try make(client))
                let batch = try handle.read(atMost: countMax)
                guard !batch.isLast else { return (nil, batch.documents) }
                guard lease.attach(handle) else {
                    // The task has given up meanwhile.
                    handle.destroy()
                    throw MongoError(.closed, "the cursor was let go")
                }
                return (handle, batch.documents)
            }
        let handle: CursorHandle?
        let documents: [BSONDocument]
        do throws(MongoError) {
            (handle, documents) = try await lease.call(deadline, kind: kind, session: session?.raw, opening)
        } catch {
            if session == nil { lease.giveBack() }
            throw error
        }
        if handle == nil, session == nil { lease.giveBack() }
        self.lease = lease
        self.session = session
        self.deadline = deadline
        self.batchSize = batchSize
        self.kind = kind
        self.state = Mutex(.open(first: documents, handle))
    }

    deinit {
        self.close()
    }

    /// The next documents, at least one; `nil` at the end.
    func nextBatch() async throws(MongoError) -> [BSONDocument]? {
        let (first, handle) = self.state.withLock { state -> ([BSONDocument]?, CursorHandle?) in
            guard case .open(let first, let handle) = state else { return (nil, nil) }
            state = .open(first: nil, handle)
            return (first, handle)
        }
        if let first, !first.isEmpty { return first }
        guard let handle else {
            self.close()
            return nil
        }
        let countMax = self.batchSize ?? CursorBatch.countMax
        do throws(MongoError) {
            let session = self.session?.raw
            // Not again after a failure: the cursor would have lost its place.
            let batch = try await self.lease.call(self.deadline, kind: self.kind, session: session, repeats: false) {
                _ throws(MongoError) in
                try handle.read(atMost: countMax)
            }
            if batch.isLast {
                self.ended(handle)
            }
            return batch.documents.isEmpty ? nil : batch.documents
        } catch {
            self.close()
            throw error
        }
    }

    /// Ends the cursor at the server and lets the client go; does not wait.
    func close() {
        let state = self.state.withLock { state in
            defer { state = .closed }
            return state
        }
        guard case .open(_, let handle?) = state else { return }
        if self.session == nil {
            self.lease.giveBack()
        } else {
            self.lease.destroy(handle)
        }
    }

    /// The last documents have been read, and the cursor destroyed with that.
    private func ended(_ handle: CursorHandle) {
        self.state.withLock { $0 = .closed }
        self.lease.detach(handle)
        if self.session == nil {
            self.lease.giveBack()
        }
    }
}
