import Glibc
import Logging
import Redis
import ServerRuntime
import TestKit

@testable import Caching

/// What a process has of a cache: a client of its own, and the cache on it.
struct RocksCacheProcess: Sendable {
    let redis: RedisClient
    let cache: RocksCache
    /// The requests of the cache by themselves.
    let store: RedisEntryStore

    /// Runs `body` with so many processes, which share entries and nothing else.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - configuration: of each client.
    ///   - options: of each cache.
    ///   - scripts: of each cache.
    ///   - listens: whether the processes are woken by each other; without it they poll.
    ///   - body: gets the processes when they are connected.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    static func with<Result: Sendable>(
        _ count: Int,
        _ configuration: RedisConfiguration,
        _ options: RocksCacheOptions = .test,
        scripts: EntryScripts = .standard,
        listens: Bool = true,
        _ body: ([RocksCacheProcess]) async throws -> Result
    ) async throws -> Result {
        signal(SIGPIPE, SIG_IGN)
        let logger = Logger(label: "rocks-cache-test")
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            var processes: [RocksCacheProcess] = []
            for _ in 0..<count {
                let redis = RedisClient(configuration, logger: logger)
                let cache = try RocksCache(redis: redis, options: options, logger: logger, scripts: scripts)
                let store = RedisEntryStore(
                    redis: redis,
                    delay: options.delay,
                    lockExpire: options.lockExpire,
                    scripts: scripts
                )
                group.addTask { try await redis.run() }
                if listens { group.addTask { await cache.run() } }
                processes.append(RocksCacheProcess(redis: redis, cache: cache, store: store))
            }
            for process in processes {
                try await process.redis.ping(deadline: .after(.seconds(20)))
                if listens { try await process.waitUntilListening() }
            }
            return try await body(processes)
        }
    }

    /// One process on a server of its own.
    static func withServer<Result: Sendable>(
        _ options: RocksCacheOptions = .test,
        _ body: (RocksCacheProcess) async throws -> Result
    ) async throws -> Result {
        try await self.withServer(1, options) { processes in try await body(processes[0]) }
    }

    /// Several processes on a server of their own.
    static func withServer<Result: Sendable>(
        _ count: Int,
        _ options: RocksCacheOptions = .test,
        scripts: EntryScripts = .standard,
        listens: Bool = true,
        _ body: ([RocksCacheProcess]) async throws -> Result
    ) async throws -> Result {
        try await RedisServerProcess.with { server in
            try await self.with(count, server.configuration, options, scripts: scripts, listens: listens, body)
        }
    }

    /// Waits until changes elsewhere are heard of.
    func waitUntilListening() async throws {
        let isListening = try await eventually { self.cache.engine.wakeUps.isListening }
        guard isListening else { throw RedisServerProcess.Failure(description: "nobody listens for wake-ups") }
    }

    /// Fetches `key` with a loader that returns `value`.
    func fetch(_ key: String, _ value: Int, within limit: Duration = .seconds(20)) async throws -> Int {
        let deadline = Deadline.after(limit)
        let number: TestNumber = try await self.cache.fetch(key, expire: .test, deadline: deadline) {
            TestNumber(value)
        }
        return number.number
    }

    /// The value of `key` by a fetch whose loader must not be called: `nil` if it was.
    func cached(_ key: String) async throws -> Int? {
        let isLoaded = Shared(false)
        let value = try await self.cache.fetch(key, expire: .test) { () -> TestNumber? in
            isLoaded.change { $0 = true }
            return nil
        }
        return isLoaded.value ? nil : value?.number
    }
}

extension RocksCacheOptions {
    /// Strong, with short times.
    static let test: RocksCacheOptions = {
        var options = RocksCacheOptions()
        options.consistency = .strong
        options.lockExpire = .seconds(1)
        options.lockSleep = .milliseconds(50)
        return options
    }()

    /// The same, weak.
    static let weakTest: RocksCacheOptions = {
        var options = RocksCacheOptions.test
        options.consistency = .weak
        return options
    }()

    /// These options after a change.
    func with(_ change: (inout RocksCacheOptions) -> Void) -> RocksCacheOptions {
        var options = self
        change(&options)
        return options
    }
}

extension Duration {
    /// The lifetime of entries where a test does not care.
    static let test = Duration.seconds(600)
}
