public import ServerRuntime

extension RocksCache {
    /// The values of several keys; what is not cached is loaded by one call of `load`.
    ///
    /// - Parameters:
    ///   - keys: names of Redis hashes, in a cluster of any slots; repeated ones count once.
    ///   - expire: how long the values are kept, before `delay` and the random part are taken off; more than both.
    ///   - deadline: when to give up; `waitTimeout` from now without one.
    ///   - load: reads the values of some of the keys; a key that its result lacks is kept as "known to be absent". May be
    ///     called again for keys whose first loader, elsewhere, failed.
    /// - Returns: the values by key, without those that are absent.
    /// - Throws: as `fetch`.
    @inlinable
    public func fetchBatch<Value: CacheValue>(
        _ keys: [String],
        expire: Duration,
        deadline: Deadline? = nil,
        load: @escaping @Sendable ([String]) async throws -> [String: Value]
    ) async throws -> [String: Value] {
        try await self.fetchBatch(keys, key: { $0 }, expire: expire, deadline: deadline, load: load)
    }

    /// The values of several things; what is not cached is loaded by one call of `load`.
    ///
    /// - Parameters:
    ///   - ids: the things; repeated ones count once.
    ///   - key: the name of the Redis hash of a thing, different for different ones; in a cluster of any slots.
    ///   - expire: how long the values are kept, before `delay` and the random part are taken off; more than both.
    ///   - deadline: when to give up; `waitTimeout` from now without one.
    ///   - load: reads the values of some of the things; one that its result lacks is kept as "known to be absent". May
    ///     be called again for things whose first loader, elsewhere, failed.
    /// - Returns: the values, without those that are absent.
    /// - Throws: as `fetch`.
    @inlinable
    public func fetchBatch<ID: Hashable & Sendable, Value: CacheValue>(
        _ ids: [ID],
        key: (ID) -> String,
        expire: Duration,
        deadline: Deadline? = nil,
        load: @escaping @Sendable ([ID]) async throws -> [ID: Value]
    ) async throws -> [ID: Value] {
        guard !self.options.isCacheReadDisabled else {
            return ids.isEmpty ? [:] : try await self.loadAlone(deadline) { try await load(ids) }
        }
        let keys = ids.map(key)
        let loader: @Sendable ([Int]) async throws -> [Int: LoadedValue] = { positions in
            let values = try await load(positions.map { ids[$0] })
            var loaded: [Int: LoadedValue] = [:]
            loaded.reserveCapacity(values.count)
            for position in positions {
                loaded[position] = try values[ids[position]].map { try LoadedValue($0, keys[position]) }
            }
            return loaded
        }
        let values = try await self.fetchBatch(keys, expire: expire, deadline: deadline, load: loader)
        var result: [ID: Value] = [:]
        result.reserveCapacity(ids.count)
        var undecodable: [Int] = []
        for index in values.indices {
            do throws(RocksCacheError) {
                guard let value = try values[index].value(Value.self, keys[index]) else { continue }
                result[ids[index]] = value
            } catch {
                undecodable.append(index)
            }
        }
        guard !undecodable.isEmpty else { return result }
        let again = try await self.fetchAgain(
            undecodable,
            keys,
            values,
            expire: expire,
            deadline: deadline,
            load: loader
        )
        for (index, value) in zip(undecodable, again) { result[ids[index]] = try value.value(Value.self, keys[index]) }
        return result
    }

    /// Calls a loader without looking at the cache.
    @usableFromInline
    func loadAlone<Value: Sendable>(
        _ deadline: Deadline?,
        _ load: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let deadline = deadline ?? self.engine.environment.now() + self.options.waitTimeout
        return try await self.engine.load(until: deadline, load)
    }

    /// What the public forms have in common, in this module.
    @usableFromInline
    func fetchBatch(
        _ keys: [String],
        expire: Duration,
        deadline: Deadline?,
        load: @escaping @Sendable ([Int]) async throws -> [Int: LoadedValue]
    ) async throws -> [LoadedValue] {
        try self.checkExpire(expire, keys)
        let deadline = deadline ?? self.engine.environment.now() + self.options.waitTimeout
        let values = try await self.engine.fetchBatch(keys, expire: expire, deadline: deadline, load: load)
        if self.options.consistencyCheckRate > 0 {
            for (index, value) in values.enumerated() where value.object == nil && !value.bytes.isEmpty {
                self.checker.offer(keys[index], value.bytes) { try await load([index])[index] ?? .absent }
            }
        }
        return values
    }

    /// Throws away the entries at some positions, whose bytes are of another type or of an older version, and loads them.
    @usableFromInline
    func fetchAgain(
        _ positions: [Int],
        _ keys: [String],
        _ values: [LoadedValue],
        expire: Duration,
        deadline: Deadline?,
        load: @escaping @Sendable ([Int]) async throws -> [Int: LoadedValue]
    ) async throws -> [LoadedValue] {
        let deadline = deadline ?? self.engine.environment.now() + self.options.waitTimeout
        try await self.discard(positions.map { (keys[$0], values[$0].bytes) }, deadline: deadline)
        let keys = positions.map { keys[$0] }
        return try await self.fetchBatch(keys, expire: expire, deadline: deadline) { inner in
            let loaded = try await load(inner.map { positions[$0] })
            return Dictionary(
                uniqueKeysWithValues: inner.compactMap { index in loaded[positions[index]].map { (index, $0) } }
            )
        }
    }
}
