extension RedisCommand {
    /// `PING`: the reply is the status `PONG`.
    public static let ping = RedisCommand("PING")

    /// `TIME`: the reply is an array of seconds and microseconds, as strings.
    public static let time = RedisCommand("TIME")

    /// `PUBLISH`: the reply is the number of receivers.
    public static func publish(_ channel: String, _ message: RedisArgument) -> RedisCommand {
        RedisCommand("PUBLISH", [.string(channel), message])
    }

    /// `EVAL`: runs the Lua `source`; the reply is what it returns.
    public static func eval(_ source: String, keys: [String], _ arguments: [RedisArgument] = []) -> RedisCommand {
        RedisCommand("EVAL", [.string(source), .init(keys.count)] + keys.map(RedisArgument.string) + arguments)
    }

    /// `EVALSHA`: as `eval`, for a script that the server knows.
    public static func evalsha(_ sha1: String, keys: [String], _ arguments: [RedisArgument] = []) -> RedisCommand {
        RedisCommand("EVALSHA", [.string(sha1), .init(keys.count)] + keys.map(RedisArgument.string) + arguments)
    }
}
