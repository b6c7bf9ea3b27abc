public import ServerRuntime

extension PostgresClient {
    /// Runs `body` inside a transaction and commits what it did.
    ///
    /// When `body` throws or its task is cancelled, everything is undone and the error is rethrown.
    ///
    /// - Parameters:
    ///   - isolation: what the transaction sees of concurrent ones.
    ///   - deadline: covers everything, COMMIT included; default `statementTimeout` from now.
    ///   - body: the work; it must not keep the transaction.
    /// - Returns: what `body` returned.
    /// - Throws: `PostgresError` with `.commitUncertain` and `mayHaveBeenApplied` when COMMIT was sent and its outcome
    ///   is unknown; after any other error nothing was applied. `CancellationError` when cancelled between statements.
    nonisolated(nonsending)
        public func transaction<Result: Sendable>(
            isolation: PostgresIsolation = .readCommitted,
            deadline: Deadline? = nil,
            _ body: (PostgresTransaction) async throws -> Result
        ) async throws -> Result
    {
        let limits = self.limits(deadline, nil)
        let connection = try await self.pool.acquire(deadline: limits.deadline)
        let session = TransactionSession(connection: connection, pool: self.pool, limits: limits)
        let result: Result
        do {
            let begin = PostgresQuery(unsafeSQL: "BEGIN ISOLATION LEVEL \(isolation.rawValue)")
            _ = try await session.execute(begin, deadline: nil, rowsMax: nil)
            result = try await body(PostgresTransaction(session: session))
            try Task.checkCancellation()
        } catch {
            try session.endBody()
            await session.rollback()
            throw error
        }
        try session.endBody()
        try await session.commit()
        return result
    }
}
