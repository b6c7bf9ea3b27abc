public import ServerRuntime

extension PostgresClient {
    /// Runs one statement and hands its rows to `body` as they come; for answers that are too large to hold.
    ///
    /// A body that leaves before the last row has the server stop the statement. The stream has a connection for itself.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: covers everything; without one each wait for rows may take `statementTimeout`.
    ///   - body: reads the rows; it must not keep the stream.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError` when there is no connection.
    nonisolated(nonsending)
        public func withRows<Result: Sendable>(
            _ query: PostgresQuery,
            deadline: Deadline? = nil,
            _ body: (PostgresRowStream) async throws -> Result
        ) async throws -> Result
    {
        let timeout = self.configuration.statementTimeout
        let rowsMax = self.configuration.rowsMax
        let first = deadline ?? .after(timeout)
        return try await self.withSession(deadline: first, resets: false) { session in
            try await body(
                PostgresRowStream(session, query) {
                    CallLimits(deadline: deadline ?? .after(timeout), rowsMax: rowsMax)
                }
            )
        }
    }
}

extension PostgresTransaction {
    /// Runs one statement of the transaction and hands its rows to `body` as they come.
    ///
    /// No other statement may be run meanwhile. A body that leaves before the last row waits until the rest has come and
    /// is dropped: stopping the statement would end the transaction. Better bound it by LIMIT.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: never later than that of the transaction, which is the default.
    ///   - body: reads the rows; it must not keep the stream.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError`.
    nonisolated(nonsending)
        public func withRows<Result: Sendable>(
            _ query: PostgresQuery,
            deadline: Deadline? = nil,
            _ body: (PostgresRowStream) async throws -> Result
        ) async throws -> Result
    {
        try await self.session.sendBegin()
        let limits = self.session.limits(deadline, nil)
        let lease = try self.session.beginExclusive()
        defer { self.session.endExclusive() }
        do {
            let result = try await body(PostgresRowStream(lease, query) { limits })
            try await lease.endRows(cancels: false, limits)
            return result
        } catch {
            // The first error is the one that tells something; an unfinished stream is stopped when the session ends. A
            // cancel request would end the transaction, which the end of its task does anyway.
            try? await lease.endRows(cancels: Task.isCancelled, limits.forCleaning)
            throw error
        }
    }
}
