import Redis
public import ServerRuntime

extension RocksCache {
    /// Holds the entry of `key` while `body` changes the database: strong readers wait, weak ones get the old value.
    ///
    /// The lock is kept alive while `body` runs, and ends by itself `lease` after this process has died. At the end, also of a
    /// `body` that throws, the entry is tag-deleted.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash.
    ///   - owner: a name that is the caller's alone, which others see when they are refused.
    ///   - lease: how long the lock outlives this process, in whole seconds (rounded up).
    ///   - body: changes the database.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `RocksCacheError`: `.lockedForUpdate` with the other owner's name, before `body` is called;
    ///   `.store`; `.lockLost` when another owner took over meanwhile, after `body` and the tag-delete.
    public func withUpdateLock<Result: Sendable>(
        _ key: String,
        owner: String,
        lease: Duration = .seconds(10),
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await self.lockForUpdate(key, owner: owner, lease: lease)
        let result: Swift.Result<Result, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepUpdateLock(key, owner: owner, lease: lease) }
            defer { group.cancelAll() }
            do {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        // Also when the calling task was cancelled: the entry must not keep others waiting.
        let unlocking = self.engine.environment.start { try await self.unlockForUpdate(key, owner: owner) }
        switch result {
        case .success(let value):
            try await unlocking.value
            return value
        case .failure(let error):
            // The lock ends by time if this fails; the body's error says more.
            _ = await unlocking.result
            throw error
        }
    }

    private func keepUpdateLock(_ key: String, owner: String, lease: Duration) async {
        while !Task.isCancelled {
            do {
                try await self.engine.environment.sleep(lease / 3)
                try await self.extendUpdateLock(key, owner: owner, lease: lease)
            } catch {
                // Lost for good, or tried again: the next round tells. Unlocking reports a lock that was lost.
                if error is CancellationError || (error as? RocksCacheError)?.code == .lockLost { return }
            }
        }
    }

    /// Takes the entry of `key` for an update, also from a loader; `withUpdateLock` is the safer form.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash.
    ///   - owner: a name that is the caller's alone.
    ///   - lease: how long the lock lasts, in whole seconds (rounded up), at least one.
    ///   - deadline: when to give up; `storeTimeout` from now without one.
    /// - Throws: `.lockedForUpdate` with the other owner's name; `.store`; `.invalidArgument`.
    public func lockForUpdate(
        _ key: String,
        owner: String,
        lease: Duration = .seconds(10),
        deadline: Deadline? = nil
    ) async throws(RocksCacheError) {
        guard lease > .zero, lease <= .seconds(86_400) else {
            throw RocksCacheError(.invalidArgument, "lease must be above zero and at most a day, got \(lease)")
        }
        guard !owner.isEmpty else { throw RocksCacheError(.invalidArgument, "owner must not be empty") }
        let deadline = self.requestDeadline(deadline)
        let holder: String?
        do throws(RedisError) {
            holder = try await self.engine.store.lockForUpdate(key, owner: owner, lease: lease, deadline: deadline)
        } catch {
            throw CacheEngine.failure(error, [key])
        }
        if let holder {
            throw RocksCacheError(.lockedForUpdate, "\(key) is locked for an update by \(holder)", keys: [key])
        }
    }

    /// Lets an update lock last `lease` from now.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash.
    ///   - owner: the name with which it was locked.
    ///   - lease: how long the lock lasts, in whole seconds (rounded up), at least one.
    ///   - deadline: when to give up; `storeTimeout` from now without one.
    /// - Throws: `.lockLost`; `.store`.
    public func extendUpdateLock(
        _ key: String,
        owner: String,
        lease: Duration = .seconds(10),
        deadline: Deadline? = nil
    ) async throws(RocksCacheError) {
        let deadline = self.requestDeadline(deadline)
        let isHeld: Bool
        do throws(RedisError) {
            isHeld = try await self.engine.store.extendUpdateLock(key, owner: owner, lease: lease, deadline: deadline)
        } catch {
            throw CacheEngine.failure(error, [key])
        }
        guard isHeld else { throw RocksCacheError(.lockLost, "\(owner) has lost the lock of \(key)", keys: [key]) }
    }

    /// Ends an update lock and tag-deletes the entry.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash.
    ///   - owner: the name with which it was locked.
    ///   - deadline: when to give up; `storeTimeout` from now without one.
    /// - Throws: `.lockLost` when the lock had ended or gone to another; the entry is tag-deleted all the same, or will be
    ///   when the other one is done. `.store`, after which the lock ends by time.
    public func unlockForUpdate(
        _ key: String,
        owner: String,
        deadline: Deadline? = nil
    ) async throws(RocksCacheError) {
        let deadline = self.requestDeadline(deadline)
        let wasHeld: Bool
        do throws(RedisError) {
            wasHeld = try await self.engine.store.unlockForUpdate(key, owner: owner, deadline: deadline)
        } catch {
            throw CacheEngine.failure(error, [key])
        }
        guard wasHeld else { throw RocksCacheError(.lockLost, "\(owner) had lost the lock of \(key)", keys: [key]) }
    }
}
