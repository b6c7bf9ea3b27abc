public import ServerRuntime

extension PostgresClient {
    /// Reads a table with COPY, row by row, which is the fastest way.
    ///
    ///     try await client.copyOut(from: "users", columns: ["id", "name"]) { rows in
    ///         for try await row in rows { let (id, name) = try row.decode((Int64, String?).self) }
    ///     }
    ///
    /// Has a connection for itself. A body that leaves before the last row has the server stop.
    ///
    /// - Parameters:
    ///   - table: what to read; for a view or a partitioned table use a query.
    ///   - columns: which ones, in this order; without, all but generated ones.
    ///   - deadline: covers everything; without one each wait for the server may take `statementTimeout`.
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
        try await self.copyOut(.table(table, columns: columns), deadline) { try await $0.rows(body) }
    }

    /// Reads the answer of a query with COPY, row by row.
    ///
    /// - Parameters:
    ///   - query: a SELECT or VALUES without parameters, which COPY does not take.
    ///   - deadline: covers everything; without one each wait for the server may take `statementTimeout`.
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
        try await self.copyOut(.query(query), deadline) { try await $0.rows(body) }
    }

    /// Reads a table with COPY as the bytes that the server sends, such as for a file.
    ///
    /// - Parameters:
    ///   - table: what to read; for a view or a partitioned table use a query.
    ///   - columns: which ones, in this order; without, all but generated ones.
    ///   - format: what the bytes are.
    ///   - deadline: covers everything; without one each wait for the server may take `statementTimeout`.
    ///   - body: reads the pieces; it must not keep the sequence.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError`.
    nonisolated(nonsending)
        public func copyOutBytes<Result: Sendable>(
            from table: PostgresIdentifier,
            columns: [PostgresIdentifier] = [],
            format: some PostgresCopyFormat,
            deadline: Deadline? = nil,
            _ body: (PostgresCopyBytes) async throws -> Result
        ) async throws -> Result
    {
        let isBinary = type(of: format).isBinary
        return try await self.copyOut(.table(table, columns: columns), deadline) {
            try await $0.bytes(isBinary: isBinary, body)
        }
    }

    /// Reads the answer of a query with COPY as the bytes that the server sends.
    ///
    /// - Parameters:
    ///   - query: any statement with an answer and without parameters, which COPY does not take.
    ///   - format: what the bytes are.
    ///   - deadline: covers everything; without one each wait for the server may take `statementTimeout`.
    ///   - body: reads the pieces; it must not keep the sequence.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError`.
    nonisolated(nonsending)
        public func copyOutBytes<Result: Sendable>(
            query: PostgresQuery,
            format: some PostgresCopyFormat,
            deadline: Deadline? = nil,
            _ body: (PostgresCopyBytes) async throws -> Result
        ) async throws -> Result
    {
        let isBinary = type(of: format).isBinary
        return try await self.copyOut(.query(query), deadline) { try await $0.bytes(isBinary: isBinary, body) }
    }

    private nonisolated(nonsending) func copyOut<Result: Sendable>(
        _ source: CopySource,
        _ deadline: Deadline?,
        _ body: (CopyOut) async throws -> Result
    ) async throws -> Result {
        let limits = self.copyLimits(deadline)
        return try await self.withSession(deadline: limits().deadline, resets: false) { session in
            try await body(CopyOut(source: source, session: session, cancels: true, limits: limits))
        }
    }
}
