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
    /// Whether one user is another's friend, or blocked by another; nil when it is switched off.
    let relations: LocalCache<Bool>?
    /// Groups by `CacheKey.groupInfo`, nil for those that do not exist; nil when it is switched off.
    let groups: LocalCache<GroupRecord?>?
    /// Members by `CacheKey.groupMember`, nil for users who are none; nil when it is switched off.
    let members: LocalCache<GroupMemberRecord?>?
    /// The members' ids by `CacheKey.groupMemberIDs`; nil when it is switched off.
    let memberIDs: LocalCache<IDList>?
    /// Rows by `CacheKey.conversation`, nil for those that do not exist; nil when it is switched off.
    let conversations: LocalCache<ConversationRecord?>?

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
        func local<Value: Sendable>(
            _ domain: LocalCacheDomain,
            _ name: String,
            lifetimeMax: Duration = .seconds(86_400)
        ) throws -> LocalCache<Value>? {
            guard domain.isEnabled else { return nil }
            return try LocalCache(domain.options(lifetimeMax: lifetimeMax), name: name, metrics: metrics)
        }
        self.users = try local(settings.user, "user")
        self.tokens = try local(settings.auth, "auth", lifetimeMax: Self.tokenLifetimeMax)
        self.relations = try local(settings.friend, "friend")
        self.groups = try local(settings.group, "group")
        self.members = try local(settings.group, "group_member")
        self.memberIDs = try local(settings.group, "group_member_ids")
        self.conversations = try local(settings.conversation, "conversation")
        if let users { self.bus.attach(users, to: settings.user.topic) }
        if let tokens { self.bus.attach(tokens, to: settings.auth.topic) }
        if let relations { self.bus.attach(relations, to: settings.friend.topic) }
        if let groups { self.bus.attach(groups, to: settings.group.topic) }
        if let members { self.bus.attach(members, to: settings.group.topic) }
        if let memberIDs { self.bus.attach(memberIDs, to: settings.group.topic) }
        if let conversations { self.bus.attach(conversations, to: settings.conversation.topic) }
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
            if let relations { group.addTask { try await relations.run() } }
            if let groups { group.addTask { try await groups.run() } }
            if let members { group.addTask { try await members.run() } }
            if let memberIDs { group.addTask { try await memberIDs.run() } }
            if let conversations { group.addTask { try await conversations.run() } }
            for try await _ in group {}
        }
    }
}
