import Caching
import IMStorage
import MetricsTestKit
import Postgres
import Redis
import TestKit

/// One server process as the caches see it: clients and caches of its own.
struct CacheNode: Sendable {
    let redis: RedisClient
    let postgres: PostgresClient
    let caches: Caches
    let changes: DataChanges
    let users: UserRepository
    let tokens: TokenStore
    let relay: InvalidationRelay
    let metrics: TestMetrics

    init(_ stack: CacheStack, redisPort: Int, isLocal: Bool) throws {
        let logger = CacheStack.logger
        let metrics = TestMetrics()
        self.metrics = metrics
        self.redis = RedisClient(
            RedisConfiguration(
                port: redisPort,
                password: Stack.redis.password,
                database: CacheStack.redisDatabase,
                clientName: "cache-tests"
            ),
            logger: logger
        )
        self.postgres = PostgresClient(stack.configuration, logger: logger)
        var settings = LocalCacheSettings()
        settings.auth.topic = isLocal ? "\(stack.id)_AUTH" : ""
        settings.user.topic = isLocal ? "\(stack.id)_USER" : ""
        settings.group.topic = isLocal ? "\(stack.id)_GROUP" : ""
        settings.friend.topic = isLocal ? "\(stack.id)_FRIEND" : ""
        settings.conversation.topic = isLocal ? "\(stack.id)_CONVERSATION" : ""
        self.caches = try Caches(redis: self.redis, settings: settings, logger: logger, metrics: metrics)
        self.changes = DataChanges(postgres: self.postgres, caches: self.caches, logger: logger, metrics: metrics)
        self.users = UserRepository(postgres: self.postgres, caches: self.caches, changes: self.changes)
        self.tokens = TokenStore(redis: self.redis, caches: self.caches)
        self.relay = InvalidationRelay(postgres: self.postgres, caches: self.caches, logger: logger, metrics: metrics)
    }

    /// Whether announcements arrive, so that local caches keep values.
    var isListening: Bool {
        (try? self.metrics.expectGauge("im_cache_invalidation_standing").lastValue) == 1
    }

    /// Whether all announcements of the only process that made some have arrived, so that they end no copy that is made from
    /// now on.
    func hasHeard(_ other: CacheNode) -> Bool {
        self.count("im_cache_invalidation_keys_received_total")
            == other.count("im_cache_invalidation_keys_published_total")
    }

    /// What a counter has reached.
    func count(_ name: String, _ dimensions: [(String, String)] = []) -> Int {
        // A counter that does not exist has counted nothing.
        Int((try? self.metrics.expectCounter(name, dimensions).totalValue) ?? 0)
    }

    /// Creates a user.
    func insert(_ userID: String, _ nickname: String = "new") async throws {
        try await self.users.insert([UserRecord(userID: userID, nickname: nickname, createTime: 1)])
    }

    /// Changes a user's nickname.
    func rename(_ userID: String, _ nickname: String) async throws {
        try await self.users.ensure(UserRecord(userID: userID, nickname: nickname, createTime: 1))
    }

    /// The nickname that is cached in Redis, invalidated or not.
    func cachedNickname(_ userID: String) async throws -> String? {
        try await self.caches.shared.peek(CacheKey.userInfo(userID), as: UserRecord.self)?.nickname
    }
}
