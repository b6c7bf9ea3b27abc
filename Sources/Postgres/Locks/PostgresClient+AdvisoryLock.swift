public import ServerRuntime

extension PostgresClient {
    /// Runs `body` while holding an advisory lock, which only one may hold at a time.
    ///
    /// The lock belongs to a connection, taken from the pool until `body` has ended. When that is lost the lock is free for
    /// others: the task of `body` is cancelled and the call throws, whatever `body` does. The loss can be noticed late, up to a
    /// minute when the network swallows everything, so what must never happen twice needs a guard of its own, such as a
    /// condition in the statement that writes. Not through a pooler in transaction mode.
    ///
    /// - Parameters:
    ///   - key: a number or a name.
    ///   - mode: whether others may hold it in shared mode too.
    ///   - deadline: for getting the lock; default `statementTimeout` from now. `body` has no bound.
    ///   - body: the work.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `.timeout` when somebody else has the lock; `.connectionLost` with
    ///   `mayHaveBeenApplied` when the lock was lost while `body` ran.
    @discardableResult
    public func withAdvisoryLock<Result: Sendable>(
        _ key: PostgresAdvisoryLockKey,
        mode: PostgresAdvisoryLockMode = .exclusive,
        deadline: Deadline? = nil,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let limits = self.limits(deadline, 1)
        let session = try await self.lease(deadline: limits.deadline)
        let lock = AdvisoryLock(key: key, mode: mode, session: session)
        try await lock.acquire(limits)
        return try await lock.hold(body)
    }

    /// Runs `body` while holding an advisory lock, if that is free now.
    ///
    /// - Parameters:
    ///   - key: a number or a name.
    ///   - mode: whether others may hold it in shared mode too.
    ///   - deadline: for asking; default `statementTimeout` from now.
    ///   - body: the work.
    /// - Returns: what `body` returned; nil when somebody else has the lock.
    /// - Throws: as `withAdvisoryLock`.
    public func tryAdvisoryLock<Result: Sendable>(
        _ key: PostgresAdvisoryLockKey,
        mode: PostgresAdvisoryLockMode = .exclusive,
        deadline: Deadline? = nil,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result? {
        let limits = self.limits(deadline, 1)
        let session = try await self.lease(deadline: limits.deadline)
        let lock = AdvisoryLock(key: key, mode: mode, session: session)
        guard try await lock.tryAcquire(limits) else {
            session.giveBack()
            return nil
        }
        return try await lock.hold(body)
    }
}
