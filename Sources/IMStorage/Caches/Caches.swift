package import Caching
package import Logging
package import Metrics
package import Redis

/// The caches of one process, and what keeps them in line with other processes.
///
/// Two levels: `shared` in Redis, consistent with Postgres by itself; before it, where a value is read for each message or
/// each request, a local cache that the bus empties. A local cache is behind a change elsewhere by as long as a message takes to
/// travel, and keeps nothing while it could not receive one.
package struct Caches: Sendable {
    /// How long the states of tokens are kept at the most: a token that was kicked must end soon, even if the message is lost.
    static let tokenLifetimeMax: Duration = .seconds(5)

    /// The cache in Redis.
    package let shared: RocksCache
    /// Carries invalidations between processes.
    package let bus: CacheInvalidationBus
    /// Users by `CacheKey.userInfo`; nil when it is switched off.
    let users: LocalCache<UserRecord>?
    /// States of tokens by `CacheKey.tokens`; nil when it is switched off.
    let tokens: LocalCache<[String: TokenState]>?

    /// Creates the caches, empty; nothing is kept locally before `run()`.
    ///
    /// - Parameters:
    ///   - redis: the client, whose `run()` is called elsewhere.
    ///   - settings: the local caches.
    ///   - logger: for subscriptions that come and go.
    ///   - metrics: makes the metrics; the system's factory without one.
    /// - Throws: `RocksCacheError` or `LocalCacheError` for settings that cannot be used.
    package init(
        redis: RedisClient,
        settings: LocalCacheSettings,
        logger: Logger,
        metrics: (any MetricsFactory)? = nil
    ) throws {
        self.shared = try RocksCache(redis: redis, options: .openIM, logger: logger, metrics: metrics)
        self.bus = CacheInvalidationBus(redis: redis, routes: settings.routes, logger: logger, metrics: metrics)
        self.users =
            settings.user.isEnabled
            ? try LocalCache(settings.user.options(), name: "user", metrics: metrics) : nil
        self.tokens =
            settings.auth.isEnabled
            ? try LocalCache(
                settings.auth.options(lifetimeMax: Self.tokenLifetimeMax),
                name: "auth",
                metrics: metrics
            ) : nil
        if let users { self.bus.attach(users, to: settings.user.topic) }
        if let tokens { self.bus.attach(tokens, to: settings.auth.topic) }
    }

    /// Exchanges wake-ups and invalidations with other processes until the task is cancelled.
    ///
    /// - Throws: `RedisError` `.alreadyRunning` when called twice.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.shared.run() }
            group.addTask { try await self.bus.run() }
            if let users { group.addTask { try await users.run() } }
            if let tokens { group.addTask { try await tokens.run() } }
            for try await _ in group {}
        }
    }
}
