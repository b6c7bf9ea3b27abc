public import ServerRuntime

extension PostgresTransaction {
    /// Stores many rows with COPY as a part of the transaction; as `PostgresClient.copyIn`.
    ///
    /// No other statement may be run meanwhile. After an error the transaction, or the savepoint around this, cannot be
    /// committed any more.
    ///
    /// - Parameters:
    ///   - table: where to.
    ///   - columns: which values the rows have; the others get their defaults. Without, all but generated ones.
    ///   - format: `.binary` takes typed values, `.text` the server's texts.
    ///   - deadline: never later than that of the transaction, which is the default.
    ///   - body: writes the rows; it must not keep the writer.
    /// - Returns: the number of rows.
    /// - Throws: what `body` throws; the error of the server.
    @discardableResult
    nonisolated(nonsending)
        public func copyIn<Format: PostgresCopyFormat>(
            into table: PostgresIdentifier,
            columns: [PostgresIdentifier] = [],
            format: Format,
            deadline: Deadline? = nil,
            _ body: (inout PostgresCopyWriter<Format>) async throws -> Void
        ) async throws -> Int
    {
        try await self.exclusively(deadline) { session, limits in
            try await CopyIn<Format>(table: table, columns: columns, session: session, limits: { limits }).run(body)
        }
    }

    /// Stores rows that are in COPY's format already as a part of the transaction.
    ///
    /// - Parameters:
    ///   - table: where to.
    ///   - columns: which values the rows have; the others get their defaults. Without, all but generated ones.
    ///   - format: what the bytes are; binary ones with header and end.
    ///   - deadline: never later than that of the transaction, which is the default.
    ///   - bytes: pieces of any size, which need not be whole rows.
    /// - Returns: the number of rows.
    /// - Throws: what `bytes` throws; the error of the server.
    @discardableResult
    nonisolated(nonsending)
        public func copyIn<Bytes: AsyncSequence, Format: PostgresCopyFormat>(
            into table: PostgresIdentifier,
            columns: [PostgresIdentifier] = [],
            format: Format,
            deadline: Deadline? = nil,
            from bytes: Bytes
        ) async throws -> Int where Bytes.Element: Collection<UInt8>
    {
        try await self.exclusively(deadline) { session, limits in
            try await CopyIn<Format>(table: table, columns: columns, session: session, limits: { limits })
                .run(from: bytes)
        }
    }

    /// Reads a table with COPY, row by row, as the transaction sees it.
    ///
    /// No other statement may be run meanwhile. A body that leaves before the last row waits until the rest has come and
    /// is dropped: stopping the server would end the transaction.
    ///
    /// - Parameters:
    ///   - table: what to read; for a view or a partitioned table use a query.
    ///   - columns: which ones, in this order; without, all but generated ones.
    ///   - deadline: never later than that of the transaction, which is the default.
    ///   - body: reads the rows; it must not keep the sequence.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError`.
    nonisolated(nonsending)
        public func copyOut<Result: Sendable>(
            from table: PostgresIdentifier,
            columns: [PostgresIdentifier] = [],
            deadline: Deadline? = nil,
            _ body: (PostgresCopyRows) async throws -> Result
        ) async throws -> Result
    {
        try await self.copyOut(.table(table, columns: columns), deadline, body)
    }

    /// Reads the answer of a query with COPY, row by row; as above.
    ///
    /// - Parameters:
    ///   - query: a SELECT or VALUES without parameters, which COPY does not take.
    ///   - deadline: never later than that of the transaction, which is the default.
    ///   - body: reads the rows; it must not keep the sequence.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError`.
    nonisolated(nonsending)
        public func copyOut<Result: Sendable>(
            query: PostgresQuery,
            deadline: Deadline? = nil,
            _ body: (PostgresCopyRows) async throws -> Result
        ) async throws -> Result
    {
        try await self.copyOut(.query(query), deadline, body)
    }

    private nonisolated(nonsending) func copyOut<Result: Sendable>(
        _ source: CopySource,
        _ deadline: Deadline?,
        _ body: (PostgresCopyRows) async throws -> Result
    ) async throws -> Result {
        try await self.exclusively(deadline) { session, limits in
            try await CopyOut(source: source, session: session, cancels: false, limits: { limits }).rows(body)
        }
    }

    /// Has the connection of the transaction for `body` alone.
    private nonisolated(nonsending) func exclusively<Result>(
        _ deadline: Deadline?,
        _ body: (PostgresSession, CallLimits) async throws -> Result
    ) async throws -> Result {
        try await self.session.sendBegin()
        let limits = self.session.limits(deadline, nil)
        let session = try self.session.beginExclusive()
        defer { self.session.endExclusive() }
        do {
            return try await body(session, limits)
        } catch var error as PostgresError {
            // It is undone with the transaction.
            error.mayHaveBeenApplied = false
            throw error
        }
    }
}
