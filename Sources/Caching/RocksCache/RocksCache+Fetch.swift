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
    @_disfavoredOverload
    public func fetch<Value: CacheValue>(
        _ key: String,
        expire: Duration,
        deadline: Deadline? = nil,
        load: @escaping @Sendable () async throws -> Value?
    ) async throws -> Value? {
        let deadline = deadline ?? self.engine.environment.now() + self.options.waitTimeout
        guard !self.options.isCacheReadDisabled else { return try await self.engine.load(until: deadline, load) }
        try self.checkExpire(expire, [key])
        let loader: CacheEngine.Loader = { try LoadedValue(try await load(), key) }
        var attempt = 1
        while true {
            let loaded = try await self.engine.fetch(key, expire: expire, deadline: deadline, load: loader)
            do throws(RocksCacheError) {
                let value = try loaded.value(Value.self, key)
                if self.options.consistencyCheckRate > 0, loaded.object == nil, !loaded.bytes.isEmpty {
                    self.checker.offer(key, loaded.bytes, load: loader)
                }
                return value
            } catch {
                guard attempt < Self.attemptsMax else { throw error }
            }
            attempt += 1
            try await self.discard([(key, loaded.bytes)], deadline: deadline)
        }
    }

    /// Fetches of an entry that does not decode: others may write the same bytes again.
    static let attemptsMax = 3

    /// Throws away values of another type, or of an older version, whoever wrote them.
    ///
    /// The values themselves: after a tag-delete weak readers would get them again, and each would tag-delete anew what the
    /// one before has begun to load.
    func discard(_ values: [(key: String, bytes: [UInt8])], deadline: Deadline) async throws(RocksCacheError) {
        for _ in values { self.engine.metrics.undecodable() }
        do throws(RedisError) {
            let results = try await self.engine.store.discard(values, deadline: self.engine.requestDeadline(deadline))
            for result in results { _ = try result.get() }
        } catch {
            throw CacheEngine.failure(error, values.map(\.key))
        }
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
