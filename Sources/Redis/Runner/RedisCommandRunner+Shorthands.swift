public import ServerRuntime

// The commonest commands as methods, because `try await redis.get("key")` is what most calls of most programs need, is
// found by completion, and names the reply's type in its declaration. Each is `send` of the factory of the same name and
// throws the same; whatever is not here, options above all, is one `send` away. Not here on purpose: `FLUSHDB` and its
// like, which should not be easy to call, and what blocks.

extension RedisCommandRunner {
    /// The reply to `PING`: whether the server answers at all.
    @discardableResult
    public func ping(deadline: Deadline? = nil) async throws(RedisError) -> String {
        try await self.send(RedisCommand.ping, deadline: deadline)
    }

    /// The text of a key, or `nil` without such a key.
    public func get(_ key: String, deadline: Deadline? = nil) async throws(RedisError) -> String? {
        try await self.send(.get(key), deadline: deadline)
    }

    /// The value of a key, or `nil` without such a key.
    public func get<Value: RedisReply>(
        _ key: String,
        as type: Value.Type,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Value? {
        try await self.send(.get(key, as: type), deadline: deadline)
    }

    /// The texts of keys, `nil` for each that does not exist.
    public func mget(_ keys: [String], deadline: Deadline? = nil) async throws(RedisError) -> [String?] {
        try await self.send(.mget(keys), deadline: deadline)
    }

    /// Writes a key; it expires never by default, also if it had a time to live.
    public func set(
        _ key: String,
        _ value: RedisArgument,
        expiry: RedisExpiry = .never,
        deadline: Deadline? = nil
    ) async throws(RedisError) {
        try await self.send(.set(key, value, expiry: expiry), deadline: deadline)
    }

    /// Writes a key if it exists or if it does not, and returns whether it was written.
    @discardableResult
    public func set(
        _ key: String,
        _ value: RedisArgument,
        expiry: RedisExpiry = .never,
        condition: RedisWriteCondition,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Bool {
        try await self.send(.set(key, value, expiry: expiry, condition: condition), deadline: deadline)
    }

    /// Removes keys and returns how many existed.
    @discardableResult
    public func del(_ keys: String..., deadline: Deadline? = nil) async throws(RedisError) -> Int {
        try await self.send(.del(keys), deadline: deadline)
    }

    /// Whether a key exists.
    public func exists(_ key: String, deadline: Deadline? = nil) async throws(RedisError) -> Bool {
        try await self.send(.exists(key), deadline: deadline)
    }

    /// Gives a key a time to live, in milliseconds rounded up, and returns whether the key exists.
    @discardableResult
    public func expire(_ key: String, after time: Duration, deadline: Deadline? = nil) async throws(RedisError) -> Bool
    {
        try await self.send(.expire(key, after: time), deadline: deadline)
    }

    /// How long a key lives.
    public func ttl(_ key: String, deadline: Deadline? = nil) async throws(RedisError) -> RedisTimeToLive {
        try await self.send(.ttl(key), deadline: deadline)
    }

    /// Adds to a number and returns the new one; a key that does not exist counts as 0.
    @discardableResult
    public func incr(_ key: String, by amount: Int = 1, deadline: Deadline? = nil) async throws(RedisError) -> Int {
        try await self.send(.incr(key, by: amount), deadline: deadline)
    }

    /// Subtracts from a number and returns the new one; a key that does not exist counts as 0.
    @discardableResult
    public func decr(_ key: String, by amount: Int = 1, deadline: Deadline? = nil) async throws(RedisError) -> Int {
        try await self.send(.decr(key, by: amount), deadline: deadline)
    }

    /// The text of a field of a hash, or `nil`.
    public func hget(_ key: String, _ field: String, deadline: Deadline? = nil) async throws(RedisError) -> String? {
        try await self.send(.hget(key, field), deadline: deadline)
    }

    /// The value of a field of a hash, or `nil`.
    public func hget<Value: RedisReply>(
        _ key: String,
        _ field: String,
        as type: Value.Type,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Value? {
        try await self.send(.hget(key, field, as: type), deadline: deadline)
    }

    /// Writes a field of a hash and returns whether it is new.
    @discardableResult
    public func hset(
        _ key: String,
        _ field: String,
        _ value: RedisArgument,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Bool {
        try await self.send(.hset(key, field, value), deadline: deadline)
    }

    /// Writes fields of a hash and returns how many are new.
    @discardableResult
    public func hset(
        _ key: String,
        _ fields: [String: RedisArgument],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Int {
        try await self.send(.hset(key, fields), deadline: deadline)
    }

    /// All fields of a hash as text.
    public func hgetall(_ key: String, deadline: Deadline? = nil) async throws(RedisError) -> [String: String] {
        try await self.send(.hgetall(key), deadline: deadline)
    }

    /// Removes fields of a hash and returns how many existed.
    @discardableResult
    public func hdel(_ key: String, _ fields: String..., deadline: Deadline? = nil) async throws(RedisError) -> Int {
        try await self.send(.hdel(key, fields), deadline: deadline)
    }

    /// Adds at the tail of a list and returns its new length.
    @discardableResult
    public func rpush(
        _ key: String,
        _ elements: RedisArgument...,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Int {
        try await self.send(.rpush(key, elements), deadline: deadline)
    }

    /// Takes the first text off a list; `nil` without such a key.
    @discardableResult
    public func lpop(_ key: String, deadline: Deadline? = nil) async throws(RedisError) -> String? {
        try await self.send(.lpop(key), deadline: deadline)
    }

    /// The texts of a list from `start` to `end` inclusive; negative positions count from the tail.
    public func lrange(
        _ key: String,
        from start: Int = 0,
        to end: Int = -1,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> [String] {
        try await self.send(.lrange(key, from: start, to: end), deadline: deadline)
    }

    /// Adds members to a set and returns how many are new.
    @discardableResult
    public func sadd(
        _ key: String,
        _ members: RedisArgument...,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Int {
        try await self.send(.sadd(key, members), deadline: deadline)
    }

    /// Removes members of a set and returns how many existed.
    @discardableResult
    public func srem(
        _ key: String,
        _ members: RedisArgument...,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Int {
        try await self.send(.srem(key, members), deadline: deadline)
    }

    /// All members of a set as text.
    public func smembers(_ key: String, deadline: Deadline? = nil) async throws(RedisError) -> [String] {
        try await self.send(.smembers(key), deadline: deadline)
    }

    /// Adds a member to a sorted set, or changes its score, and returns whether it is new.
    @discardableResult
    public func zadd(
        _ key: String,
        _ member: RedisArgument,
        score: Double,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Bool {
        try await self.send(.zadd(key, member, score: score), deadline: deadline)
    }

    /// Publishes a message and returns how many receivers it had on its server.
    @discardableResult
    public func publish(
        _ channel: String,
        _ message: RedisArgument,
        deadline: Deadline? = nil
    ) async throws(RedisError) -> Int {
        try await self.send(.publish(channel, message), deadline: deadline)
    }
}
