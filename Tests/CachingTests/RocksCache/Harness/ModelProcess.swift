import Logging
import Metrics
import ServerRuntime
import Synchronization

@testable import Caching

/// One process of a model: a cache of its own, and tasks that end when it dies.
final class ModelProcess: Sendable {
    let number: Int
    let cache: RocksCache
    let executor: ScheduleExecutor
    let schedule: Schedule
    private let clockError: Duration
    private let live = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    init(
        _ number: Int,
        _ server: ModelServer,
        _ options: RocksCacheOptions,
        clockError: Duration,
        metrics: any MetricsFactory
    ) throws {
        let schedule = server.schedule
        let executor = ScheduleExecutor(schedule)
        let ownersSoFar = Atomic(0)
        let now: @Sendable () -> Deadline = { schedule.now() + clockError }
        let environment = CacheEnvironment(
            sleep: { try await schedule.sleep(for: $0) },
            now: now,
            newOwner: { "p\(number)-\(ownersSoFar.add(1, ordering: .relaxed).newValue)" },
            fraction: { schedule.fraction() },
            executor: executor
        )
        let store = ModelEntryStore(
            server: server,
            process: number,
            delay: options.delay,
            lockExpire: options.lockExpire,
            now: now
        )
        self.number = number
        self.schedule = schedule
        self.executor = executor
        self.clockError = clockError
        self.cache = try RocksCache(
            nil,
            store,
            environment,
            options: options,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: metrics
        )
    }

    /// The time as this process sees it.
    func now() -> Deadline { self.schedule.now() + self.clockError }

    var isDead: Bool { self.executor.isDead }

    /// Starts a task.
    @discardableResult
    func call<Value: Sendable>(_ body: @escaping @Sendable (RocksCache) async throws -> Value) -> Call<Value> {
        let call = Call<Value>()
        guard !self.isDead else {
            call.end(nil)
            return call
        }
        let id = ObjectIdentifier(call)
        self.live.withLock { $0[id] = { call.end(nil) } }
        call.run(in: self.executor) { [cache] in
            defer { _ = self.live.withLock { $0.removeValue(forKey: id) } }
            return try await body(cache)
        }
        return call
    }

    /// Kills the process: whatever runs stops where it is.
    func kill() {
        guard !self.isDead else { return }
        self.schedule.note("p\(self.number) dies")
        self.executor.kill()
        let live = self.live.withLock { live in
            defer { live = [:] }
            return live
        }
        // The order does not matter: each has waiters of its own.
        for end in live.values { end() }
    }

    /// Is told, after a while, that the entry of `key` has changed.
    func hear(_ key: String) {
        guard !self.isDead, self.cache.engine.wakeUps.isListening else { return }
        Task(executorPreference: self.executor) {
            try await self.schedule.sleep(for: .microseconds(self.schedule.int(in: 0...2000)))
            self.cache.engine.wakeUps.wake(key)
        }
    }
}
