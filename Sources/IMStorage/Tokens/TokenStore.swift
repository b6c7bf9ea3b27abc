package import IMProtocol
package import Redis

/// The login tokens that were issued, in Redis, under the keys of OpenIM v3.8.
///
/// One hash per user and platform maps a token to its state; it lives as long as its newest token.
package struct TokenStore: Sendable {
    private let redis: RedisClient

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// All tokens of a user, by platform.
    ///
    /// A state that is no number counts as invalid.
    package func tokens(of userID: String) async throws -> [Platform: [String: TokenState]] {
        let platforms = Platform.allCases
        let results = try await self.redis.send(
            pipeline: platforms.map { .hgetall(Self.key(userID, $0), as: [UInt8].self) }
        )
        var tokens: [Platform: [String: TokenState]] = [:]
        for (platform, result) in zip(platforms, results) {
            let states = Self.states(try result.get())
            if !states.isEmpty { tokens[platform] = states }
        }
        return tokens
    }

    /// The tokens of a user on one platform.
    package func tokens(of userID: String, on platform: Platform) async throws -> [String: TokenState] {
        Self.states(try await self.redis.send(.hgetall(Self.key(userID, platform), as: [UInt8].self)))
    }

    /// Adds a token in state normal and lets its hash live for `lifetime` from now.
    package func add(_ token: String, of userID: String, on platform: Platform, lifetime: Duration) async throws {
        let key = Self.key(userID, platform)
        let (added, prolonged) = try await self.redis.pipeline(
            .hset(key, token, RedisArgument(TokenState.normal.rawValue)),
            .expire(key, after: lifetime)
        )
        _ = try (added.get(), prolonged.get())
    }

    /// Marks tokens that are still listed.
    package func mark(_ tokens: [String], as state: TokenState, of userID: String, on platform: Platform) async throws {
        guard !tokens.isEmpty else { return }
        let arguments = [RedisArgument(state.rawValue)] + tokens.map { RedisArgument($0) }
        try await self.redis.run(Self.markListed, keys: [Self.key(userID, platform)], arguments: arguments)
    }

    /// Forgets tokens.
    package func remove(_ tokens: [String], of userID: String, on platform: Platform) async throws {
        guard !tokens.isEmpty else { return }
        try await self.redis.send(.hdel(Self.key(userID, platform), tokens))
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
        fields.mapValues { value in
            Int64(String(decoding: value, as: UTF8.self)).flatMap(TokenState.init(rawValue:)) ?? .invalid
        }
    }

    private static func key(_ userID: String, _ platform: Platform) -> String {
        "UID_PID_TOKEN_STATUS:\(userID):\(platform.name)"
    }

    private static func temporaryKey(_ userID: String, _ platform: Platform, _ token: String) -> String {
        "UID_PID_TOKEN_STATUS::TEMPORARY:\(userID):\(platform.name):\(token)"
    }
}
