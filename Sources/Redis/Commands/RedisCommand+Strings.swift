extension RedisCommand {
    /// When `SET` writes.
    public enum SetCondition: String, Sendable, Hashable {
        /// Only a key that does not exist.
        case ifAbsent = "NX"
        /// Only a key that exists.
        case ifPresent = "XX"
    }

    /// `GET`: the reply is the value, or `null`.
    public static func get(_ key: String) -> RedisCommand {
        RedisCommand("GET", [.string(key)])
    }

    /// `SET`.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - value: the value.
    ///   - time: the time to live in whole milliseconds; `nil` for none.
    ///   - condition: when to write; `nil` for always.
    /// - Returns: the command, whose reply is `OK`, or `null` when `condition` did not hold.
    public static func set(
        _ key: String,
        _ value: RedisArgument,
        ex time: Duration? = nil,
        condition: SetCondition? = nil
    ) -> RedisCommand {
        var arguments: [RedisArgument] = [.string(key), value]
        if let time { arguments += ["PX", .integer(time.wholeMilliseconds)] }
        if let condition { arguments.append(.string(condition.rawValue)) }
        return RedisCommand("SET", arguments)
    }

    /// `MGET`: the reply is an array with a value or `null` for each key.
    public static func mget(_ keys: [String]) -> RedisCommand {
        RedisCommand("MGET", keys: keys)
    }

    /// `INCRBY`: the reply is the new number.
    public static func incr(_ key: String, by amount: Int64 = 1) -> RedisCommand {
        RedisCommand("INCRBY", [.string(key), .integer(amount)])
    }
}
