extension RedisClient {
    /// Goes through the keys of all servers, page by page, as the reader asks for them.
    ///
    ///     for try await key in redis.scan(match: "session:*") { … }
    ///
    /// `SCAN` promises that keys which exist the whole time are returned, perhaps more than once. In a cluster a key that
    /// moves to another server meanwhile may be missed.
    ///
    /// - Parameters:
    ///   - pattern: a glob pattern, or `nil` for all keys.
    ///   - type: a type as `TYPE` names it, or `nil` for all.
    ///   - count: how much work a server does for one page, in keys.
    /// - Returns: the keys as text. A key that is not UTF-8 ends the sequence with `.unexpectedReply`: for such keys use
    ///   the other form.
    public func scan(
        match pattern: String? = nil,
        type: String? = nil,
        count: Int = 500
    ) -> RedisKeyScan<String> {
        self.scan(match: pattern, type: type, count: count, as: String.self)
    }

    /// Goes through the keys of all servers as `Key`, for instance `[UInt8]`.
    ///
    /// - Parameters:
    ///   - pattern: a glob pattern, or `nil` for all keys.
    ///   - type: a type as `TYPE` names it, or `nil` for all.
    ///   - count: how much work a server does for one page, in keys.
    ///   - key: what keys decode into.
    /// - Returns: the keys.
    public func scan<Key: RedisReply>(
        match pattern: String? = nil,
        type: String? = nil,
        count: Int = 500,
        as key: Key.Type
    ) -> RedisKeyScan<Key> {
        RedisKeyScan(client: self, pattern: pattern, type: type, count: count)
    }
}
