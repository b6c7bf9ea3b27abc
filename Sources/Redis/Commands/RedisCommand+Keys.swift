// Each member is named for the server's command, whose documentation says what it does and what it returns.

extension RedisCommand {
    /// `DEL`: the reply is the number of keys that existed.
    public static func del(_ keys: [String]) -> RedisCommand {
        RedisCommand("DEL", keys: keys)
    }

    /// `UNLINK`: as `DEL`, but the memory is freed in the background.
    public static func unlink(_ keys: [String]) -> RedisCommand {
        RedisCommand("UNLINK", keys: keys)
    }

    /// `EXISTS`: the reply is the number of keys that exist.
    public static func exists(_ keys: [String]) -> RedisCommand {
        RedisCommand("EXISTS", keys: keys)
    }

    /// `PEXPIRE`, in whole milliseconds: the reply is 1, or 0 without such a key.
    public static func expire(_ key: String, after time: Duration) -> RedisCommand {
        RedisCommand("PEXPIRE", [.string(key), .integer(time.wholeMilliseconds)])
    }

    /// `PTTL`: the reply is the time to live in milliseconds, -1 without one, -2 without such a key.
    public static func pttl(_ key: String) -> RedisCommand {
        RedisCommand("PTTL", [.string(key)])
    }

    /// `SCAN`.
    ///
    /// - Parameters:
    ///   - cursor: `0` at first, then what the last reply said.
    ///   - pattern: a glob pattern, or `nil` for all keys.
    ///   - count: how much work the server does in one call, in keys.
    /// - Returns: the command, whose reply is the next cursor (`0` at the end) and an array of keys.
    public static func scan(cursor: String, match pattern: String? = nil, count: Int = 100) -> RedisCommand {
        var arguments: [RedisArgument] = [.string(cursor)]
        if let pattern { arguments += ["MATCH", .string(pattern)] }
        return RedisCommand("SCAN", arguments + ["COUNT", .init(count)])
    }
}

extension Duration {
    /// Rounded up, so that a time to live never becomes 0; within what fits.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow, abs(seconds) < Int64.max / 2000 else { return seconds < 0 ? Int64.min / 4 : Int64.max / 4 }
        return milliseconds + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
