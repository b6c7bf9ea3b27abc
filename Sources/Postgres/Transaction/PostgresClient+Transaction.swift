public import ServerRuntime

extension PostgresClient {
    /// Runs `body` inside a transaction and commits what it did.
    ///
    /// When `body` throws or its task is cancelled, everything is undone and the error is rethrown. With `retriesMax` a
    /// transaction that met a concurrent one (SQLSTATE 40001 or 40P01) is undone and `body` runs again from the start, after
    /// a short random delay: then it must be able to run more than once, so what it does outside the database has to wait until this
    /// has returned. Without, which is the default, `body` runs once.
    ///
    /// - Parameters:
    ///   - isolation: what the transaction sees of concurrent ones.
    ///   - access: whether it may write.
    ///   - retriesMax: how often `body` may run again.
    ///   - deadline: covers everything, COMMIT and retries included; default `statementTimeout` from now.
    ///   - body: the work; it must not keep the transaction.
    /// - Returns: what `body` returned.
    /// - Throws: `PostgresError` with `.commitUncertain` and `mayHaveBeenApplied` when COMMIT was sent and its outcome
    ///   is unknown; after any other error nothing was applied. `CancellationError` when cancelled between statements.
    @discardableResult
    nonisolated(nonsending)
        public func transaction<Result: Sendable>(
            isolation: PostgresIsolation = .readCommitted,
            access: PostgresAccess = .readWrite,
            retriesMax: Int = 0,
            deadline: Deadline? = nil,
            _ body: (PostgresTransaction) async throws -> Result
        ) async throws -> Result
    {
        let limits = self.limits(deadline, nil)
        let begin = "BEGIN ISOLATION LEVEL \(isolation.rawValue) \(access.rawValue)"
        let delays = Backoff(initial: .milliseconds(5), maximum: .milliseconds(500))
        var attempt = 0
        while true {
            do {
                return try await self.transaction(begin, limits, body)
            } catch let error as PostgresError {
                attempt += 1
                let isConflict = error.code == .serializationFailure || error.code == .deadlock
                guard isConflict, attempt <= retriesMax, !limits.deadline.hasPassed else { throw error }
                self.engine.metrics.repeatedTransaction()
            }
            try await Task.sleep(for: min(delays.delay(attempt: attempt), limits.deadline.remaining))
        }
    }

    private nonisolated(nonsending) func transaction<Result: Sendable>(
        _ begin: String,
        _ limits: CallLimits,
        _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        try await self.withSession(deadline: limits.deadline, resets: false) { session in
            try await Self.transaction(TransactionSession(session, begin: begin, limits: limits), body)
        }
    }

    /// Runs `body` in the transaction of `session` and ends that.
    nonisolated(nonsending) static func transaction<Result: Sendable>(
        _ session: TransactionSession,
        _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
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
