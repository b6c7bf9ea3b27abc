import Redis
public import ServerRuntime

extension RocksCache {
    /// Tag-deletes the entry of `key`, after its database change has been committed.
    ///
    /// Loads that are under way are not stored any more. Strong readers from now on get the new value; weak ones the old
    /// one until it is reloaded, at most for `delay`.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash; it need not exist.
    ///   - deadline: when to give up; `storeTimeout` from now without one.
    /// - Throws: `.store`, after which the entry may be as it was: try again. `.replicasMissing` after it was done.
    public func tagAsDeleted(_ key: String, deadline: Deadline? = nil) async throws(RocksCacheError) {
        try await self.tagAsDeletedBatch([key], deadline: deadline)
    }

    /// Tag-deletes several entries.
    ///
    /// - Parameters:
    ///   - keys: names of Redis hashes, in a cluster of any slots.
    ///   - deadline: when to give up; `storeTimeout` from now without one.
    /// - Throws: `.store` with the keys that failed; all others were done. `.replicasMissing` after all were done.
    public func tagAsDeletedBatch(_ keys: [String], deadline: Deadline? = nil) async throws(RocksCacheError) {
        guard !self.options.isCacheDeleteDisabled, !keys.isEmpty else { return }
        let deadline = self.requestDeadline(deadline)
        let results: [Result<Bool, RedisError>]
        var confirmed = Int.max
        do throws(RedisError) {
            if self.options.waitReplicas > 0 {
                (results, confirmed) = try await self.engine.store.invalidate(
                    keys,
                    replicas: self.options.waitReplicas,
                    timeout: self.options.waitReplicasTimeout,
                    deadline: deadline
                )
            } else {
                results = try await self.engine.store.invalidate(keys, deadline: deadline)
            }
        } catch {
            self.engine.metrics.invalidated(0, failed: keys.count)
            throw CacheEngine.failure(error, keys)
        }
        var failed: [String] = []
        var cause: RedisError?
        for (key, result) in zip(keys, results) {
            guard case .failure(let error) = result else { continue }
            failed.append(key)
            cause = cause ?? error
        }
        self.engine.metrics.invalidated(keys.count - failed.count, failed: failed.count)
        if let cause { throw CacheEngine.failure(cause, failed) }
        guard confirmed >= self.options.waitReplicas else {
            throw RocksCacheError(
                .replicasMissing,
                "\(confirmed) of \(self.options.waitReplicas) replicas confirmed the tag-delete of \(CacheEngine.names(keys))",
                keys: keys
            )
        }
    }

    /// Writes a value into the entry of `key`, whatever its state is.
    ///
    /// For data whose truth is written together with the cache. A load that is under way is not stored any more, so it cannot
    /// replace what was put.
    ///
    /// - Parameters:
    ///   - key: the name of the Redis hash.
    ///   - value: the value.
    ///   - expire: how long it is kept, before the random part and `delay` are taken off.
    ///   - deadline: when to give up; `storeTimeout` from now without one.
    /// - Throws: `.store`, `.undecodable`, `.invalidArgument`.
    public func put<Value: CacheValue>(
        _ key: String,
        _ value: Value,
        expire: Duration,
        deadline: Deadline? = nil
    ) async throws(RocksCacheError) {
        try self.checkExpire(expire, [key])
        let loaded = try LoadedValue(value, key)
        let stored = StoredValue(key: key, bytes: loaded.bytes, lifetime: self.engine.lifetime(expire))
        do throws(RedisError) {
            try await self.engine.store.put(stored, deadline: self.requestDeadline(deadline))
        } catch {
            throw CacheEngine.failure(error, [key])
        }
    }
}
