import Redis
import ServerRuntime

/// Fetching many keys with one call of their loader.
///
/// A batch does not join the refreshes of single keys, nor they it: the entry's owner in Redis keeps them apart. It never
/// waits for others while it holds entries itself, so batches cannot wait for each other in a circle.
extension CacheEngine {
    /// Loads the values of the keys at some positions; a position that is missing in the result is known to be absent.
    typealias BatchLoader = @Sendable ([Int]) async throws -> [Int: LoadedValue]
    typealias BatchRefresh = Flight<[Int: LoadedValue]>

    /// The values of some keys, in their order; keys may be repeated.
    func fetchBatch(
        _ keys: [String],
        expire: Duration,
        deadline: Deadline,
        load: @escaping BatchLoader
    ) async throws -> [LoadedValue] {
        guard !keys.isEmpty else { return [] }
        do {
            return try await self.fetchFromStore(keys, expire: expire, deadline: deadline, load: load)
        } catch let failure as StoreUnavailable {
            return try await self.withoutStore(failure.error, keys, deadline) {
                let values = try await load(Array(keys.indices))
                return keys.indices.map { values[$0] ?? .absent }
            }
        }
    }

    private func fetchFromStore(
        _ keys: [String],
        expire: Duration,
        deadline: Deadline,
        load: @escaping BatchLoader
    ) async throws -> [LoadedValue] {
        let entries = try await self.read(keys, deadline)
        var values = [LoadedValue](repeating: .absent, count: keys.count)
        var missing: [Int] = []
        var stale: [Int] = []
        var empties = 0
        for index in entries.indices {
            if let value = entries[index].freshValue {
                if value.isEmpty { empties += 1 }
                values[index].bytes = value
            } else if self.options.consistency == .weak, let value = entries[index].value {
                values[index].bytes = value
                stale.append(index)
            } else {
                missing.append(index)
            }
        }
        self.metrics.batch(entries.count, empty: empties, stale: stale.count, missing: missing.count)
        if !stale.isEmpty {
            self.refreshInBackground(Self.firsts(stale, of: keys), of: keys, expire: expire, load: load)
        }
        guard !missing.isEmpty else { return values }
        let wanted = Self.firsts(missing, of: keys)
        let flight = BatchRefresh(self.environment)
        guard let ticket = flight.join() else { return values }
        self.environment.start {
            await flight.finish(with: {
                try await self.refresh(wanted, of: keys, flight, expire: expire, load: load)
            })
        }
        let loaded = try await flight.value(for: ticket, deadline: deadline)
        let byKey = Dictionary(uniqueKeysWithValues: loaded.map { (keys[$0], $1) })
        for index in missing { values[index] = byKey[keys[index]] ?? .absent }
        return values
    }

    /// The positions without those whose key stands at an earlier one.
    private static func firsts(_ positions: [Int], of keys: [String]) -> [Int] {
        var seen = Set<String>(minimumCapacity: positions.count)
        return positions.filter { seen.insert(keys[$0]).inserted }
    }

    private func read(_ keys: [String], _ deadline: Deadline) async throws(StoreUnavailable) -> [CacheEntry] {
        do throws(RedisError) {
            try self.checkReachable()
            let entries = try await self.store.read(keys, deadline: self.requestDeadline(deadline))
            guard entries.count == keys.count else { throw RedisError(.protocolViolation, "a key without a result") }
            return entries
        } catch {
            throw StoreUnavailable(error: error)
        }
    }

    /// Loads what is free, then waits for what others load, until there is a value for each position.
    private func refresh(
        _ positions: [Int],
        of keys: [String],
        _ flight: BatchRefresh,
        expire: Duration,
        load: @escaping BatchLoader
    ) async throws -> [Int: LoadedValue] {
        let owner = self.environment.newOwner()
        var values: [Int: LoadedValue] = [:]
        var pending = positions
        while !pending.isEmpty {
            let waiter = self.wakeUps.add(pending.map { keys[$0] })
            defer { self.wakeUps.remove(waiter) }
            var mine: [Int] = []
            var others: [Int] = []
            for (index, acquisition) in zip(pending, try await self.acquire(pending.map { keys[$0] }, owner: owner)) {
                switch acquisition {
                case .fresh(let value): values[index] = LoadedValue(bytes: value)
                case .held(let value?) where self.options.consistency == .weak:
                    values[index] = LoadedValue(bytes: value)
                case .held: others.append(index)
                case .acquired: mine.append(index)
                }
            }
            if mine.isEmpty {
                if !others.isEmpty { try await self.wait(waiter, flight) }
            } else {
                let loaded = try await self.load(mine, of: keys, owner: owner, expire: expire) { positions in
                    try await flight.step { try await load(positions) }
                }
                values.merge(loaded) { _, new in new }
            }
            pending = others
        }
        return values
    }

    /// Loads and stores the entries at `positions`, which `owner` holds.
    private func load(
        _ positions: [Int],
        of keys: [String],
        owner: String,
        expire: Duration,
        by load: ([Int]) async throws -> [Int: LoadedValue]
    ) async throws -> [Int: LoadedValue] {
        let begin = self.environment.now()
        let loaded: [Int: LoadedValue]
        do {
            loaded = try await load(positions)
        } catch {
            self.metrics.loadFailed()
            await self.release(positions.map { keys[$0] }, owner: owner)
            throw error
        }
        self.metrics.loaded(since: begin, self.environment.now())
        let values = positions.map { ($0, loaded[$0] ?? .absent) }
        _ = await self.store(values.map { (keys[$0], $1) }, owner: owner, expire: expire)
        return Dictionary(uniqueKeysWithValues: values)
    }

    /// Loads new values for readers that have got the old ones.
    private func refreshInBackground(
        _ positions: [Int],
        of keys: [String],
        expire: Duration,
        load: @escaping BatchLoader
    ) {
        guard self.beginBackgroundRefresh() else { return }
        self.environment.start {
            defer { self.endBackgroundRefresh() }
            let owner = self.environment.newOwner()
            let acquisitions = try await self.acquire(positions.map { keys[$0] }, owner: owner)
            var mine: [Int] = []
            for (index, acquisition) in zip(positions, acquisitions) {
                if case .acquired = acquisition { mine.append(index) }
            }
            guard !mine.isEmpty else { return }
            // Errors are counted; the entries are free again, and the next reader tries anew.
            _ = try await self.load(mine, of: keys, owner: owner, expire: expire, by: load)
        }
    }
}
