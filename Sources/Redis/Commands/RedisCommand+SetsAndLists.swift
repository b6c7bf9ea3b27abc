extension RedisCommand {
    /// `SADD`: the reply is the number of members that are new.
    public static func sadd(_ key: String, _ members: [RedisArgument]) -> RedisCommand {
        RedisCommand("SADD", [.string(key)] + members)
    }

    /// `SREM`: the reply is the number of members that existed.
    public static func srem(_ key: String, _ members: [RedisArgument]) -> RedisCommand {
        RedisCommand("SREM", [.string(key)] + members)
    }

    /// `SMEMBERS`: the reply is an array of all members.
    public static func smembers(_ key: String) -> RedisCommand {
        RedisCommand("SMEMBERS", [.string(key)])
    }

    /// `ZADD`: the reply is the number of members that are new.
    public static func zadd(_ key: String, _ members: [(score: Int64, member: RedisArgument)]) -> RedisCommand {
        RedisCommand("ZADD", [.string(key)] + members.flatMap { [.integer($0.score), $0.member] })
    }

    /// `ZREM`: the reply is the number of members that existed.
    public static func zrem(_ key: String, _ members: [RedisArgument]) -> RedisCommand {
        RedisCommand("ZREM", [.string(key)] + members)
    }

    /// `ZRANGE … BYSCORE`: the reply is an array of the members from `minimum` to `maximum`, as `-inf`, `(5`, `7`.
    public static func zrange(_ key: String, byScoreFrom minimum: String, to maximum: String) -> RedisCommand {
        RedisCommand("ZRANGE", [.string(key), .string(minimum), .string(maximum), "BYSCORE"])
    }

    /// `ZREMRANGEBYSCORE`: the reply is the number of members removed.
    public static func zremrangebyscore(_ key: String, from minimum: String, to maximum: String) -> RedisCommand {
        RedisCommand("ZREMRANGEBYSCORE", [.string(key), .string(minimum), .string(maximum)])
    }
}
