import Caching
import Glibc
import IMStorage
import Logging
import MetricsTestKit
import Postgres
import Redis
import TestKit
import Testing

/// One server process as the repositories see it: an empty database with the server's schema, Redis and the caches.
struct StorageNode: Sendable {
    let postgres: PostgresClient
    let redis: RedisClient
    let caches: Caches
    let changes: DataChanges
    /// Part of every id, so that nobody else's keys are touched.
    let id = String(UInt64.random(in: 0 ... .max), radix: 36)

    var friends: FriendRepository { FriendRepository(postgres: self.postgres, caches: self.caches) }
    var groups: GroupRepository { GroupRepository(postgres: self.postgres, caches: self.caches) }
    var conversations: ConversationRepository {
        ConversationRepository(postgres: self.postgres, caches: self.caches, changes: self.changes)
    }

    /// Runs `body` with a process, with or without local caches.
    static func run(isLocal: Bool = true, _ body: (StorageNode) async throws -> Void) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await withSchema { postgres in
            let logger = Logger(label: "storage-tests") { _ in SwiftLogNoOpLogHandler() }
            let configuration = RedisConfiguration(
                port: Stack.redis.port,
                password: Stack.redis.password,
                database: 7,
                clientName: "storage-tests"
            )
            let redis = RedisClient(configuration, logger: logger)
            let metrics = TestMetrics()
            let caches = try Caches(
                redis: redis,
                settings: Self.settings(isLocal: isLocal),
                logger: logger,
                metrics: metrics
            )
            let changes = DataChanges(postgres: postgres, caches: caches, logger: logger, metrics: metrics)
            let node = StorageNode(postgres: postgres, redis: redis, caches: caches, changes: changes)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await redis.run() }
                group.addTask { try await caches.run() }
                defer { group.cancelAll() }
                if isLocal {
                    let isListening = try await eventually {
                        (try? metrics.expectGauge("im_cache_invalidation_standing").lastValue) == 1
                    }
                    try #require(isListening)
                }
                try await body(node)
            }
        }
    }

    private static func settings(isLocal: Bool) -> LocalCacheSettings {
        let id = UInt64.random(in: 0 ... .max)
        var settings = LocalCacheSettings()
        settings.auth.topic = isLocal ? "AUTH_\(id)" : ""
        settings.user.topic = isLocal ? "USER_\(id)" : ""
        settings.group.topic = isLocal ? "GROUP_\(id)" : ""
        settings.friend.topic = isLocal ? "FRIEND_\(id)" : ""
        settings.conversation.topic = isLocal ? "CONVERSATION_\(id)" : ""
        return settings
    }

    /// Changes the database behind the back of the caches.
    func execute(_ query: PostgresQuery) async throws {
        _ = try await self.postgres.execute(query)
    }

    /// Changes the database and says what that invalidates.
    func change(_ query: PostgresQuery, invalidating keys: [String]) async throws {
        try await self.changes.transaction { change in
            _ = try await change.execute(query, invalidating: keys)
        }
    }

    /// An id of this test.
    func name(_ text: String) -> String {
        "\(text)_\(self.id)"
    }
}
