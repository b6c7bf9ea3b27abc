// These hold their connection until there is something, so each needs one of its own. The timeout is the server's: rounded
// up to milliseconds, at least one, for to the server 0 would mean for ever.

extension RedisCommand {
    /// `BLPOP`: the first element of the first list that has any, or `nil` when the timeout passes.
    ///
    /// An element whose reply is lost with its connection is lost itself; `blmove` keeps it in another list.
    public static func blpop<Value>(
        _ keys: [String],
        timeout: Duration,
        as type: Value.Type = Value.self
    ) -> Self where Reply == RedisPopped<Value>? {
        Self(name: "BLPOP", keys: keys, [timeout.waitSeconds])
    }

    /// `BLPOP`: the first text of the first list that has any, or `nil` when the timeout passes.
    public static func blpop(_ keys: [String], timeout: Duration) -> Self where Reply == RedisPopped<String>? {
        .blpop(keys, timeout: timeout, as: String.self)
    }

    /// `BRPOP`: the last element of the first list that has any, or `nil` when the timeout passes.
    public static func brpop<Value>(
        _ keys: [String],
        timeout: Duration,
        as type: Value.Type = Value.self
    ) -> Self where Reply == RedisPopped<Value>? {
        Self(name: "BRPOP", keys: keys, [timeout.waitSeconds])
    }

    /// `BRPOP`: the last text of the first list that has any, or `nil` when the timeout passes.
    public static func brpop(_ keys: [String], timeout: Duration) -> Self where Reply == RedisPopped<String>? {
        .brpop(keys, timeout: timeout, as: String.self)
    }

    /// `BLMOVE`: as `lmove`, once there is an element; `nil` when the timeout passes.
    public static func blmove<Value>(
        from source: String,
        _ sourceEnd: RedisListEnd,
        to target: String,
        _ targetEnd: RedisListEnd,
        timeout: Duration,
        as type: Value.Type = Value.self
    ) -> Self where Reply == Value? {
        Self(
            name: "BLMOVE",
            keys: [source, target, sourceEnd.rawValue, targetEnd.rawValue],
            [timeout.waitSeconds]
        )
    }

    /// `BLMOVE`: as `lmove`, once there is an element; `nil` when the timeout passes.
    public static func blmove(
        from source: String,
        _ sourceEnd: RedisListEnd,
        to target: String,
        _ targetEnd: RedisListEnd,
        timeout: Duration
    ) -> Self where Reply == String? {
        .blmove(from: source, sourceEnd, to: target, targetEnd, timeout: timeout, as: String.self)
    }

    /// `BZPOPMIN`: the member of the lowest score of the first set that has any, or `nil` when the timeout passes.
    public static func bzpopmin<Member>(
        _ keys: [String],
        timeout: Duration,
        as type: Member.Type = Member.self
    ) -> Self where Reply == RedisPoppedScored<Member>? {
        Self(name: "BZPOPMIN", keys: keys, [timeout.waitSeconds])
    }

    /// `BZPOPMIN`: the text of the lowest score of the first set that has any, or `nil` when the timeout passes.
    public static func bzpopmin(_ keys: [String], timeout: Duration) -> Self
    where Reply == RedisPoppedScored<String>? {
        .bzpopmin(keys, timeout: timeout, as: String.self)
    }

    /// `BZPOPMAX`: the member of the highest score of the first set that has any, or `nil` when the timeout passes.
    public static func bzpopmax<Member>(
        _ keys: [String],
        timeout: Duration,
        as type: Member.Type = Member.self
    ) -> Self where Reply == RedisPoppedScored<Member>? {
        Self(name: "BZPOPMAX", keys: keys, [timeout.waitSeconds])
    }

    /// `BZPOPMAX`: the text of the highest score of the first set that has any, or `nil` when the timeout passes.
    public static func bzpopmax(_ keys: [String], timeout: Duration) -> Self
    where Reply == RedisPoppedScored<String>? {
        .bzpopmax(keys, timeout: timeout, as: String.self)
    }
}
