extension RedisCommand {
    /// `HGET`: the reply is the value, or `null`.
    public static func hget(_ key: String, _ field: String) -> RedisCommand {
        RedisCommand("HGET", [.string(key), .string(field)])
    }

    /// `HSET`: the reply is the number of fields that are new.
    public static func hset(_ key: String, _ fields: [(name: String, value: RedisArgument)]) -> RedisCommand {
        RedisCommand("HSET", [.string(key)] + fields.flatMap { [.string($0.name), $0.value] })
    }

    /// `HDEL`: the reply is the number of fields that existed.
    public static func hdel(_ key: String, _ fields: [String]) -> RedisCommand {
        RedisCommand("HDEL", keys: [key] + fields)
    }

    /// `HMGET`: the reply is an array with a value or `null` for each field.
    public static func hmget(_ key: String, _ fields: [String]) -> RedisCommand {
        RedisCommand("HMGET", keys: [key] + fields)
    }

    /// `HGETALL`: the reply is an array of names and values in turn; see `RedisValue.asFields()`.
    public static func hgetall(_ key: String) -> RedisCommand {
        RedisCommand("HGETALL", [.string(key)])
    }

    /// `HINCRBY`: the reply is the new number.
    public static func hincrby(_ key: String, _ field: String, by amount: Int64) -> RedisCommand {
        RedisCommand("HINCRBY", [.string(key), .string(field), .integer(amount)])
    }
}
