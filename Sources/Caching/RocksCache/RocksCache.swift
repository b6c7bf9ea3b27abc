public import Logging
public import Metrics
public import Redis
import ServerRuntime

/// A cache in Redis that stays consistent with the database behind it.
///
/// The algorithm of rockscache: an entry is a hash that knows who may write it. A reader that finds no fresh value takes
/// the entry, loads, and stores only if the entry is still its own; a writer that has changed the database
/// tag-deletes the entry, which takes it from every reader under way. So a slow reader never puts an old value back.
///
///     let cache = try RocksCache(redis: redis, logger: logger)
///     let user = try await cache.fetch("user:\(id)", expire: .seconds(3600)) { try await database.user(id) }
///     try await database.rename(id, "Ann")          // first the database, committed,
///     try await cache.tagAsDeleted("user:\(id)")    // then the entry
///
/// Shared by any number of tasks and processes; entries are compatible with those of rockscache 0.1. Needs Redis 5 or later.
public final class RocksCache: Sendable {
    /// What the cache was made with.
    public let options: RocksCacheOptions
    let engine: CacheEngine
    let checker: ConsistencyChecker
    private let redis: RedisClient?
    private let logger: Logger

    /// Creates a cache; nothing happens before the first call.
    ///
    /// - Parameters:
    ///   - redis: the client, whose `run()` is called elsewhere.
    ///   - options: how the cache behaves.
    ///   - logger: for entries that differ from their database, at `warning`, and lost subscriptions, at `info`.
    ///   - metrics: makes the cache's metrics; the system's factory without one.
    /// - Throws: `.invalidArgument` for an option that cannot be used.
    public convenience init(
        redis: RedisClient,
        options: RocksCacheOptions = RocksCacheOptions(),
        logger: Logger,
        metrics: (any MetricsFactory)? = nil
    ) throws(RocksCacheError) {
        try self.init(redis: redis, options: options, logger: logger, metrics: metrics, scripts: .standard)
    }

    /// As above, with other scripts.
    convenience init(
        redis: RedisClient,
        options: RocksCacheOptions,
        logger: Logger,
        metrics: (any MetricsFactory)? = nil,
        scripts: EntryScripts
    ) throws(RocksCacheError) {
        let store = RedisEntryStore(
            redis: redis,
            delay: options.delay,
            lockExpire: options.lockExpire,
            scripts: scripts
        )
        try self.init(redis, store, .live, options: options, logger: logger, metrics: metrics)
    }

    /// A cache over any store, in any environment.
    init(
        _ redis: RedisClient?,
        _ store: any EntryStore,
        _ environment: CacheEnvironment,
        options: RocksCacheOptions,
        logger: Logger,
        metrics: (any MetricsFactory)? = nil
    ) throws(RocksCacheError) {
        try options.validate()
        self.options = options
        self.redis = redis
        self.logger = logger
        self.engine = CacheEngine(
            options: options,
            store: store,
            environment: environment,
            metrics: RocksCacheMetrics(factory: metrics ?? MetricsSystem.factory)
        )
        self.checker = ConsistencyChecker(self.engine, logger: logger)
    }

    /// Lets other processes wake the fetches that wait for them, and checks consistency, until the task is cancelled.
    ///
    /// Without it everything works, but waiting fetches look again every `lockSleep`, and nothing is checked. May be called
    /// once.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.checker.run() }
            if let redis = self.redis {
                group.addTask { await WakeListener(redis, self.engine.wakeUps, self.logger).run() }
            }
        }
    }
}
