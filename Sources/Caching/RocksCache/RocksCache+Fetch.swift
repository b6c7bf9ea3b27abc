import Redis
public import ServerRuntime

extension RocksCache {
    /// The value of `key`, from the cache, or from `load`, whose result is then kept.
    ///
    /// Calls for the same key share one call of a loader, in this process and between processes. Each waits until its own
    /// deadline or cancellation; the loader is cancelled when nobody waits for it any more. Nothing of an error
    /// is kept: the next call loads again.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash.
    ///   - expire: how long the value is kept, before `delay` and the random part are taken off; more than both.
    ///   - deadline: when to give up; `waitTimeout` from now without one.
    ///   - load: reads the value from where it really is.
    /// - Returns: the value; it need not be the one that this call's `load` returned.
    /// - Throws: what `load` throws; `CancellationError`; `RocksCacheError`: `.absent` if another loader has found that there is
    ///   no value, `.store`, `.deadlineExceeded`, `.invalidArgument`.
    public func fetch<Value: CacheValue>(
        _ key: String,
        expire: Duration,
        deadline: Deadline? = nil,
        load: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let value: Value? = try await self.fetch(key, expire: expire, deadline: deadline) { try await load() as Value? }
        guard let value else { throw RocksCacheError(.absent, "\(key) is known to be absent", keys: [key]) }
        return value
    }

    /// The value of `key`, or `nil` if there is none; that is kept too, for `emptyExpire`.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash.
    ///   - expire: how long the value is kept, before `delay` and the random part are taken off; more than both.
    ///   - deadline: when to give up; `waitTimeout` from now without one.
    ///   - load: reads the value from where it really is.
    /// - Returns: the value; it need not be the one that this call's `load` returned.
    /// - Throws: what `load` throws; `CancellationError`; `RocksCacheError`: `.store`, `.deadlineExceeded`, `.invalidArgument`.
    public func fetch<Value: CacheValue>(
        _ key: String,
        expire: Duration,
        deadline: Deadline? = nil,
        load: @escaping @Sendable () async throws -> Value?
    ) async throws -> Value? {
        guard !self.options.isCacheReadDisabled else { return try await load() }
        try self.checkExpire(expire, [key])
        let deadline = deadline ?? self.engine.environment.now() + self.options.waitTimeout
        let loader: CacheEngine.Loader = { try LoadedValue(try await load(), key) }
        let loaded = try await self.engine.fetch(key, expire: expire, deadline: deadline, load: loader)
        guard loaded.object == nil, !loaded.bytes.isEmpty else { return try loaded.value(Value.self, key) }
        do {
            let value = try Value(cacheBytes: loaded.bytes)
            if self.options.consistencyCheckRate > 0 { self.checker.offer(key, loaded.bytes, load: loader) }
            return value
        } catch {
            // Bytes of another type, or of an older version: away with them, whoever wrote them.
            self.engine.metrics.undecodable()
            try await self.tagAsDeleted(key, deadline: deadline)
        }
        // Weak readers would get the same bytes again until somebody has reloaded the entry.
        guard self.options.consistency == .strong else { return try await load() }
        let again = try await self.engine.fetch(key, expire: expire, deadline: deadline, load: loader)
        return try again.value(Value.self, key)
    }

    /// The value that is cached for `key` now, invalidated or not, without loading.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash.
    ///   - type: the type of the value.
    ///   - deadline: when to give up; `storeTimeout` from now without one.
    /// - Returns: the value; `nil` if there is none, or if it is known to be absent.
    /// - Throws: `RocksCacheError`: `.store`, `.undecodable`.
    public func peek<Value: CacheValue>(
        _ key: String,
        as type: Value.Type = Value.self,
        deadline: Deadline? = nil
    ) async throws(RocksCacheError) -> Value? {
        let entry: CacheEntry
        do throws(RedisError) {
            entry = try await self.engine.store.read(key, deadline: self.requestDeadline(deadline))
        } catch {
            throw CacheEngine.failure(error, [key])
        }
        return try LoadedValue(bytes: entry.value ?? []).value(Value.self, key)
    }

    func checkExpire(_ expire: Duration, _ keys: [String]) throws(RocksCacheError) {
        guard expire * (1 - self.options.randomExpireAdjustment) > self.options.delay else {
            throw RocksCacheError(
                .invalidArgument,
                "expire (\(expire)) less its random part (\(self.options.randomExpireAdjustment)) "
                    + "must be above delay (\(self.options.delay))",
                keys: keys
            )
        }
    }

    /// When a single request to Redis is given up.
    func requestDeadline(_ deadline: Deadline?) -> Deadline {
        deadline ?? self.engine.environment.now() + self.options.storeTimeout
    }
}
