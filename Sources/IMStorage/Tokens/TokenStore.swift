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
        let replies = try await self.redis.send(pipeline: platforms.map { .hgetall(Self.key(userID, $0)) })
        var tokens: [Platform: [String: TokenState]] = [:]
        for (platform, reply) in zip(platforms, replies) {
            let states = try Self.states(reply)
            if !states.isEmpty { tokens[platform] = states }
        }
        return tokens
    }

    /// The tokens of a user on one platform.
    package func tokens(of userID: String, on platform: Platform) async throws -> [String: TokenState] {
        try Self.states(try await self.redis.send(.hgetall(Self.key(userID, platform))))
    }

    /// Adds a token in state normal and lets its hash live for `lifetime` from now.
    package func add(_ token: String, of userID: String, on platform: Platform, lifetime: Duration) async throws {
        let key = Self.key(userID, platform)
        let replies = try await self.redis.send(pipeline: [
            .hset(key, [(name: token, value: RedisArgument(TokenState.normal.rawValue))]),
            .expire(key, after: lifetime),
        ])
        // An error reply of either command throws here.
        for reply in replies { _ = try reply.asInteger() }
    }

    /// Marks tokens that are still listed.
    package func mark(_ tokens: [String], as state: TokenState, of userID: String, on platform: Platform) async throws {
        guard !tokens.isEmpty else { return }
        let arguments = [RedisArgument(state.rawValue)] + tokens.map { RedisArgument($0) }
        _ = try await self.redis.run(Self.markListed, keys: [Self.key(userID, platform)], arguments: arguments)
            .asInteger()
    }

    /// Forgets tokens.
    package func remove(_ tokens: [String], of userID: String, on platform: Platform) async throws {
        guard !tokens.isEmpty else { return }
        _ = try await self.redis.send(.hdel(Self.key(userID, platform), tokens)).asInteger()
    }

    /// Lets replaced administrator tokens work for `grace` more.
    package func retire(_ tokens: [String], of userID: String, on platform: Platform, grace: Duration) async throws {
        guard !tokens.isEmpty else { return }
        let commands = tokens.map {
            RedisCommand.set(Self.temporaryKey(userID, platform, $0), "", ex: grace)
        }
        for reply in try await self.redis.send(pipeline: commands) { try reply.expectOK() }
        try await self.remove(tokens, of: userID, on: platform)
    }

    /// Whether a replaced administrator token is within its grace.
    package func isRetired(_ token: String, of userID: String, on platform: Platform) async throws -> Bool {
        try await self.redis.send(.exists([Self.temporaryKey(userID, platform, token)])).asInteger() == 1
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
        """
    )

    private static func states(_ reply: RedisValue) throws -> [String: TokenState] {
        try reply.asFields().mapValues { value in
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
