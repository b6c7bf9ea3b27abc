import Caching
package import IMProtocol
package import Redis
import ServerRuntime

/// The login tokens that were issued, in Redis, under the keys of OpenIM v3.8.
///
/// One hash per user and platform maps a token to its state; it lives as long as its newest token. Each process keeps the
/// hashes that it checks tokens against for a few seconds; whoever changes one drops its own copy and announces the key.
package struct TokenStore: Sendable {
    /// How long an announcement may take; without it other processes go by their copies for 5 s at the most.
    private static let announceTimeout: Duration = .seconds(1)

    private let redis: RedisClient
    private let caches: Caches

    package init(redis: RedisClient, caches: Caches) {
        self.redis = redis
        self.caches = caches
    }

    /// The state of one token; nil when it is not listed.
    ///
    /// Of a copy in memory only "normal" is believed: everything else is asked again, because a token may have been issued a
    /// moment ago, elsewhere. A change in this process shows at once, one elsewhere when its announcement arrives and, should
    /// that be lost, after 5 s.
    package func state(of token: String, of userID: String, on platform: Platform) async throws -> TokenState? {
        let key = CacheKey.tokens(of: userID, on: platform)
        if let local = self.caches.tokens {
            let states = try await local.get(key) { try await self.tokens(of: userID, on: platform) }
            if states[token] == .normal { return .normal }
        }
        return try await self.redis.send(.hget(key, token, as: [UInt8].self)).map(Self.state)
    }

    /// All tokens of a user, by platform, as Redis has them.
    ///
    /// A state that is no number counts as invalid.
    package func tokens(of userID: String) async throws -> [Platform: [String: TokenState]] {
        let platforms = Platform.allCases
        let results = try await self.redis.send(
            pipeline: platforms.map { .hgetall(CacheKey.tokens(of: userID, on: $0), as: [UInt8].self) }
        )
        var tokens: [Platform: [String: TokenState]] = [:]
        for (platform, result) in zip(platforms, results) {
            let states = Self.states(try result.get())
            if !states.isEmpty { tokens[platform] = states }
        }
        return tokens
    }

    /// The tokens of a user on one platform, as Redis has them.
    package func tokens(of userID: String, on platform: Platform) async throws -> [String: TokenState] {
        Self.states(try await self.redis.send(.hgetall(CacheKey.tokens(of: userID, on: platform), as: [UInt8].self)))
    }

    /// Adds a token in state normal and lets its hash live for `lifetime` from now.
    package func add(_ token: String, of userID: String, on platform: Platform, lifetime: Duration) async throws {
        try await self.change(CacheKey.tokens(of: userID, on: platform)) { key in
            let (added, prolonged) = try await self.redis.pipeline(
                .hset(key, token, RedisArgument(TokenState.normal.rawValue)),
                .expire(key, after: lifetime)
            )
            _ = try (added.get(), prolonged.get())
        }
    }

    /// Marks tokens that are still listed.
    package func mark(_ tokens: [String], as state: TokenState, of userID: String, on platform: Platform) async throws {
        guard !tokens.isEmpty else { return }
        let arguments = [RedisArgument(state.rawValue)] + tokens.map { RedisArgument($0) }
        try await self.change(CacheKey.tokens(of: userID, on: platform)) { key in
            try await self.redis.run(Self.markListed, keys: [key], arguments: arguments)
        }
    }

    /// Forgets tokens.
    package func remove(_ tokens: [String], of userID: String, on platform: Platform) async throws {
        guard !tokens.isEmpty else { return }
        try await self.change(CacheKey.tokens(of: userID, on: platform)) { key in
            try await self.redis.send(.hdel(key, tokens))
        }
    }

    /// Lets replaced administrator tokens work for `grace` more.
    package func retire(_ tokens: [String], of userID: String, on platform: Platform, grace: Duration) async throws {
        guard !tokens.isEmpty else { return }
        let commands = tokens.map {
            RedisCommand.set(Self.temporaryKey(userID, platform, $0), "", expiry: .after(grace))
        }
        for result in try await self.redis.send(pipeline: commands) { _ = try result.get() }
        try await self.remove(tokens, of: userID, on: platform)
    }

    /// Whether a replaced administrator token is within its grace.
    package func isRetired(_ token: String, of userID: String, on platform: Platform) async throws -> Bool {
        try await self.redis.exists(Self.temporaryKey(userID, platform, token))
    }

    /// Changes the hash `key` and ends all copies of it.
    ///
    /// A change whose outcome is unknown may have happened, so copies end then too. An announcement that fails does not fail
    /// the change: copies elsewhere end by themselves soon, and at once when the connection that brings announcements
    /// has broken.
    private func change(_ key: String, _ body: (String) async throws -> Void) async throws {
        do {
            try await body(key)
        } catch {
            // Drops this process's copy; there is no use in waiting for Redis.
            try? await self.caches.bus.publish([key], deadline: .now)
            throw error
        }
        // An error changes nothing, as said above.
        try? await self.caches.bus.publish([key], deadline: .after(Self.announceTimeout))
    }

    /// KEYS: the hash.
    ///
    /// ARGV: the state, then tokens. A token that has left the hash is not put back, for a hash that has expired must
    /// not come to life without an end.
    private static let markListed = RedisScript(
        """
        local marked = 0
        for i = 2, #ARGV do
            if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
                redis.call('HSET', KEYS[1], ARGV[i], ARGV[1])
                marked = marked + 1
            end
        end
        return marked
        """,
        as: Int.self
    )

    private static func states(_ fields: [String: [UInt8]]) -> [String: TokenState] {
        fields.mapValues(self.state)
    }

    private static func state(_ value: [UInt8]) -> TokenState {
        Int64(String(decoding: value, as: UTF8.self)).flatMap(TokenState.init(rawValue:)) ?? .invalid
    }

    private static func temporaryKey(_ userID: String, _ platform: Platform, _ token: String) -> String {
        "UID_PID_TOKEN_STATUS::TEMPORARY:\(userID):\(platform.name):\(token)"
    }
}
