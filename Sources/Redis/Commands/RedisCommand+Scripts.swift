extension RedisCommand {
    /// `EVAL`: runs the Lua `source`; the reply is what it returns.
    public static func eval(
        _ source: String,
        keys: [String] = [],
        _ arguments: [RedisArgument] = [],
        as type: Reply.Type = Reply.self
    ) -> Self {
        Self(name: "EVAL", self.words(source, keys, arguments))
    }

    /// `EVALSHA`: as `eval`, for a script that the server knows by its SHA-1.
    public static func evalsha(
        _ sha1: String,
        keys: [String] = [],
        _ arguments: [RedisArgument] = [],
        as type: Reply.Type = Reply.self
    ) -> Self {
        Self(name: "EVALSHA", self.words(sha1, keys, arguments))
    }

    private static func words(
        _ script: String,
        _ keys: [String],
        _ arguments: [RedisArgument]
    ) -> [RedisArgument] {
        [.string(script), .init(keys.count)] + keys.map(RedisArgument.string) + arguments
    }
}

extension RedisCommand where Reply == String {
    /// `SCRIPT LOAD`: teaches the server a script without running it; the reply is its SHA-1.
    public static func scriptLoad(_ source: String) -> Self {
        Self(name: "SCRIPT", ["LOAD", .string(source)])
    }
}

extension RedisCommand where Reply == [Bool] {
    /// `SCRIPT EXISTS`: for each SHA-1 whether the server knows the script.
    public static func scriptExists(_ sha1s: [String]) -> Self {
        Self(name: "SCRIPT", ["EXISTS"] + sha1s.map(RedisArgument.string))
    }
}

extension RedisCommand where Reply == RedisOK {
    /// `SCRIPT FLUSH ASYNC`: the server forgets all scripts; the memory is freed in the background.
    public static var scriptFlush: Self { Self(name: "SCRIPT", ["FLUSH", "ASYNC"]) }
}
