import ServerRuntime

extension MongoCursor {
    /// Opens a cursor and fetches its first batch.
    ///
    /// - Parameters:
    ///   - client: whose pool it takes a client from, unless there is a session.
    ///   - session: the session that it is part of.
    ///   - deadline: for all batches together; `nil` gives each batch `operationTimeout`.
    ///   - batchSize: documents of one batch, as asked of the server; `nil` leaves that to the server.
    ///   - kind: `.read`, or `.write` for a pipeline that ends in `$out` or `$merge`.
    ///   - decode: makes the element of a document, in the task that reads it.
    ///   - make: makes the `mongoc_cursor_t`, on a thread; the cursor owns it.
    /// - Returns: the cursor, with its first batch.
    /// - Throws: errors of `make`, of the server and the network; nothing is left of the cursor then.
    static func open(
        on client: MongoClient,
        session: MongoSession? = nil,
        deadline: Deadline? = nil,
        batchSize: Int? = nil,
        kind: MongoCallKind = .read,
        decode: @escaping @Sendable (BSONDocument) throws(MongoError) -> Element,
        _ make: @escaping @Sendable (borrowing MongocClient) throws(MongoError) -> OpaquePointer
    ) async throws(MongoError) -> MongoCursor {
        let lease: ClientLease
        if let session {
            lease = session.lease
        } else {
            lease = try await client.checkOut(deadline)
        }
        let source = try await CursorSource(
            lease: lease,
            session: session,
            deadline: deadline,
            batchSize: batchSize,
            kind: kind,
            make
        )
        return MongoCursor(source: source, decode: decode)
    }
}

extension MongoCursor<BSONDocument> {
    /// Opens a cursor of documents as they are; see the other `open`.
    static func open(
        on client: MongoClient,
        session: MongoSession? = nil,
        deadline: Deadline? = nil,
        batchSize: Int? = nil,
        kind: MongoCallKind = .read,
        _ make: @escaping @Sendable (borrowing MongocClient) throws(MongoError) -> OpaquePointer
    ) async throws(MongoError) -> MongoCursor {
        try await self.open(
            on: client,
            session: session,
            deadline: deadline,
            batchSize: batchSize,
            kind: kind,
            decode: { document in document },
            make
        )
    }
}
