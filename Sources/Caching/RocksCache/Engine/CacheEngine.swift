import Redis
import ServerRuntime
import Synchronization

/// Decides who loads, who waits, and what may be answered; knows values as bytes only.
///
/// Locks: `refreshes` before that of a flight, never the other way round.
final class CacheEngine: Sendable {
    /// Loads one value.
    typealias Loader = @Sendable () async throws -> LoadedValue
    typealias Refresh = Flight<RefreshResult>

    /// Refreshes that go on behind the back of readers (weak mode) at one time; beyond it the next reader tries again.
    static let backgroundRefreshesMax = 1024

    let options: RocksCacheOptions
    let store: any EntryStore
    let environment: CacheEnvironment
    let metrics: RocksCacheMetrics
    let wakeUps = WakeUps()
    /// The refresh of each key that is under way and can be joined.
    private let refreshes = Mutex<[String: Refresh]>([:])
    let backgroundRefreshes = Atomic(0)

    init(
        options: RocksCacheOptions,
        store: any EntryStore,
        environment: CacheEnvironment,
        metrics: RocksCacheMetrics
    ) {
        self.options = options
        self.store = store
        self.environment = environment
        self.metrics = metrics
    }

    // MARK: - Fetching one

    /// The value of a key, from the cache or from `load`.
    ///
    /// Strong mode never returns what a tag-delete that had ended before the call made invalid, and weak mode not for
    /// longer than `delay`. Hence a caller takes the result of a refresh that others had begun only if the store accepted it
    /// afterwards, or if it was asked for after the caller had come; else it reads again.
    func fetch(
        _ key: String,
        expire: Duration,
        deadline: Deadline,
        load: @escaping Loader
    ) async throws -> LoadedValue {
        while true {
            let entry: CacheEntry
            do throws(RedisError) {
                entry = try await self.read(key, deadline)
            } catch {
                return try await self.withoutStore(error, [key], deadline, load)
            }
            if let value = entry.freshValue {
                self.metrics.hit(isEmpty: value.isEmpty)
                return LoadedValue(bytes: value)
            }
            if self.options.consistency == .weak, let value = entry.value {
                self.metrics.stale()
                self.refreshInBackground(key, expire: expire, load: load)
                return LoadedValue(bytes: value)
            }
            self.metrics.miss()
            let (flight, ticket) = self.joinRefresh(key, expire: expire, load: load)
            do {
                let result = try await flight.value(for: ticket, deadline: deadline)
                if result.isStored || ticket.stage < result.stage { return result.value }
            } catch let failure as StoreUnavailable {
                return try await self.withoutStore(failure.error, [key], deadline, load)
            }
        }
    }

    /// Reads an entry, if the store is worth the try.
    private func read(_ key: String, _ deadline: Deadline) async throws(RedisError) -> CacheEntry {
        try self.checkReachable()
        return try await self.store.read(key, deadline: self.requestDeadline(deadline))
    }

    /// With loaders to fall back on nobody waits for a connection.
    func checkReachable() throws(RedisError) {
        guard self.options.storeFailure == .fail || self.store.isReachable else {
            throw RedisError(.connectionLost, "there is no connection")
        }
    }

    /// What a fetch does when Redis does not answer.
    func withoutStore<Value: Sendable>(
        _ error: RedisError,
        _ keys: [String],
        _ deadline: Deadline,
        _ load: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        if error.code == .cancelled { throw CancellationError() }
        guard self.environment.now() < deadline else {
            throw RocksCacheError(.deadlineExceeded, "Redis did not answer in time", keys: keys, cause: error)
        }
        self.metrics.storeFailed()
        guard self.options.storeFailure == .load else { throw Self.failure(error, keys) }
        return try await self.load(until: deadline, load)
    }

    /// Calls a loader for one caller, whose deadline and cancellation hold here too.
    func load<Value: Sendable>(
        until deadline: Deadline,
        _ load: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let flight = Flight<Value>(self.environment)
        guard let ticket = flight.join() else { return try await load() }
        self.environment.start { await flight.finish(with: { try await flight.step(load) }) }
        return try await flight.value(for: ticket, deadline: deadline)
    }

    // MARK: - Refreshing one

    private func joinRefresh(
        _ key: String,
        expire: Duration,
        load: @escaping Loader
    ) -> (Refresh, Refresh.Ticket) {
        while true {
            let (flight, ticket, isNew) = self.refreshes.withLock { refreshes -> (Refresh, Refresh.Ticket?, Bool) in
                if let flight = refreshes[key], let ticket = flight.join() { return (flight, ticket, false) }
                let flight = Refresh(self.environment)
                refreshes[key] = flight
                return (flight, flight.join(), true)
            }
            guard let ticket else { continue }
            if isNew {
                self.environment.start { await self.refresh(key, flight, expire: expire, load: load) }
            }
            return (flight, ticket)
        }
    }

    /// Lets somebody load the new value, unless that happens already.
    private func refreshInBackground(_ key: String, expire: Duration, load: @escaping Loader) {
        guard self.beginBackgroundRefresh() else { return }
        let flight: Refresh? = self.refreshes.withLock { refreshes in
            guard refreshes[key] == nil else { return nil }
            let flight = Refresh(self.environment, isBackground: true)
            refreshes[key] = flight
            return flight
        }
        guard let flight else {
            self.endBackgroundRefresh()
            return
        }
        self.environment.start {
            await self.refresh(key, flight, expire: expire, load: load)
            self.endBackgroundRefresh()
        }
    }

    func beginBackgroundRefresh() -> Bool {
        guard self.backgroundRefreshes.add(1, ordering: .relaxed).newValue > Self.backgroundRefreshesMax else {
            return true
        }
        self.endBackgroundRefresh()
        return false
    }

    func endBackgroundRefresh() {
        self.backgroundRefreshes.subtract(1, ordering: .relaxed)
    }

    private func refresh(_ key: String, _ flight: Refresh, expire: Duration, load: @escaping Loader) async {
        let owner = self.environment.newOwner()
        let result: Result<RefreshResult, any Error>
        do {
            switch try await self.acquire(key, owner: owner, flight) {
            case .found(let value):
                result = .success(value)
            case .acquired(let stage):
                let value = try await self.load(key, owner: owner, flight, load)
                self.close(flight, key)
                let isStored = await self.store(value, for: key, owner: owner, expire: expire)
                result = .success(RefreshResult(value: value, stage: stage, isStored: isStored))
            }
        } catch {
            result = .failure(error)
        }
        self.close(flight, key)
        flight.finish(result)
    }

    private enum Claim {
        case found(RefreshResult)
        case acquired(stage: Int)
    }

    /// Waits until the entry is the caller's to load, or somebody else has loaded it.
    private func acquire(_ key: String, owner: String, _ flight: Refresh) async throws -> Claim {
        while true {
            // Listening begins before the look, so that no change falls in between.
            let waiter = self.wakeUps.add([key])
            defer { self.wakeUps.remove(waiter) }
            let stage = flight.nextStage()
            let acquisition = try await self.acquire([key], owner: owner)[0]
            switch acquisition {
            case .fresh(let value):
                return .found(RefreshResult(value: LoadedValue(bytes: value), stage: stage, isStored: false))
            case .held(let value?) where self.options.consistency == .weak:
                return .found(RefreshResult(value: LoadedValue(bytes: value), stage: stage, isStored: false))
            case .held:
                try await self.wait(waiter, flight)
            case .acquired:
                return .acquired(stage: stage)
            }
        }
    }

    /// Waits for a change of an entry that somebody else holds.
    func wait<Success>(_ waiter: WakeUps.Waiter, _ flight: Flight<Success>) async throws {
        let interval = self.pollInterval
        let isWoken = try await flight.step { [environment] in try await waiter.wait(for: interval, environment) }
        self.metrics.waited(isWoken: isWoken)
    }

    /// How long to wait for a wake-up before looking again.
    ///
    /// An owner that shares the entries by way of rockscache wakes nobody, and one that died neither.
    private var pollInterval: Duration {
        self.wakeUps.isListening ? max(self.options.lockSleep, .seconds(1)) : self.options.lockSleep
    }

    private func load(
        _ key: String,
        owner: String,
        _ flight: Refresh,
        _ load: @escaping Loader
    ) async throws -> LoadedValue {
        let begin = self.environment.now()
        do {
            let value = try await flight.step(load)
            self.metrics.loaded(since: begin, self.environment.now())
            return value
        } catch {
            self.metrics.loadFailed()
            // First, so that the error goes only to those who were there when it happened.
            self.close(flight, key)
            await self.release([key], owner: owner)
            throw error
        }
    }

    /// Lets nobody join any more, and the next caller begin anew.
    private func close(_ flight: Refresh, _ key: String) {
        flight.seal()
        self.refreshes.withLock { refreshes in
            if refreshes[key] === flight { refreshes[key] = nil }
        }
    }

    // MARK: - Requests

    /// Takes entries; throws when the store does not answer for one of them.
    func acquire(_ keys: [String], owner: String) async throws(StoreUnavailable) -> [Acquisition] {
        let deadline = self.environment.now() + self.options.storeTimeout
        do throws(RedisError) {
            let results = try await self.store.acquire(
                keys,
                owner: owner,
                wakesWaiter: self.wakeUps.isListening,
                deadline: deadline
            )
            guard results.count == keys.count else { throw RedisError(.protocolViolation, "a key without a result") }
            return try results.map { result throws(RedisError) in try result.get() }
        } catch {
            // What was taken all the same is given back; if that fails too, it is free when the lock's time is over.
            self.environment.start { await self.release(keys, owner: owner) }
            throw StoreUnavailable(error: error)
        }
    }

    private func store(_ value: LoadedValue, for key: String, owner: String, expire: Duration) async -> Bool {
        await self.store([(key, value)], owner: owner, expire: expire)[0]
    }

    /// Stores values; `false` for those that were refused or of which nothing is known.
    func store(_ values: [(key: String, value: LoadedValue)], owner: String, expire: Duration) async -> [Bool] {
        let stored = values.map {
            StoredValue(key: $0.key, bytes: $0.value.bytes, lifetime: self.lifetime($0.value, expire))
        }
        let deadline = self.environment.now() + self.options.storeTimeout
        // Those of this process need not hear it from Redis.
        defer { for (key, _) in values { self.wakeUps.wake(key) } }
        do throws(RedisError) {
            let results = try await self.store.store(stored, owner: owner, deadline: deadline)
            return zip(values, results).map { _, result in
                switch result {
                case .success(let isStored):
                    self.metrics.stored(isStored)
                    return isStored
                case .failure:
                    self.metrics.storeFailed()
                    return false
                }
            }
        } catch {
            // The callers have their values all the same; the entries are free again when the lock's time is over.
            self.metrics.storeFailed()
            return values.map { _ in false }
        }
    }

    /// Gives entries back that were not loaded.
    func release(_ keys: [String], owner: String) async {
        guard !keys.isEmpty else { return }
        let deadline = self.environment.now() + self.options.storeTimeout
        defer { for key in keys { self.wakeUps.wake(key) } }
        do throws(RedisError) {
            _ = try await self.store.release(keys, owner: owner, deadline: deadline)
        } catch {
            // Then the lock ends by time.
            self.metrics.storeFailed()
        }
    }

    /// When a request to the store is given up that belongs to a call with `deadline`.
    func requestDeadline(_ deadline: Deadline) -> Deadline {
        min(deadline, self.environment.now() + self.options.storeTimeout)
    }

    private func lifetime(_ value: LoadedValue, _ expire: Duration) -> Duration {
        value.bytes.isEmpty ? self.options.emptyExpire : self.lifetime(expire)
    }

    /// How long an entry lives: what the caller said, less the delay and a random part.
    func lifetime(_ expire: Duration) -> Duration {
        expire - self.options.delay - expire * (self.environment.fraction() * self.options.randomExpireAdjustment)
    }

    static func failure(_ error: RedisError, _ keys: [String]) -> RocksCacheError {
        RocksCacheError(.store, "Redis failed for \(Self.names(keys))", keys: keys, cause: error)
    }

    /// Keys for a text, not more than a few.
    static func names(_ keys: [String]) -> String {
        let some = keys.prefix(3).joined(separator: ", ")
        return keys.count > 3 ? "\(some) and \(keys.count - 3) more" : some
    }
}

/// The store did not answer, as a refresh tells its callers.
struct StoreUnavailable: Error {
    let error: RedisError
}
