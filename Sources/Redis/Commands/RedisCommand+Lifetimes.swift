extension RedisCommand where Reply == Bool {
    /// `PEXPIRE`: whether the time to live was set, which it is not without such a key or where `condition` does not hold.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - time: in milliseconds, rounded up; at zero and less the key is removed.
    ///   - condition: on which keys; `nil` for all.
    /// - Returns: the command, whose reply says whether the time to live was set.
    public static func expire(_ key: String, after time: Duration, condition: RedisExpiryCondition? = nil) -> Self {
        Self(name: "PEXPIRE", [.string(key), .integer(time.lifetimeMilliseconds)] + self.words(condition))
    }

    /// `PEXPIREAT`: whether the end was set, which it is not without such a key or where `condition` does not hold.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - unixMilliseconds: Unix time in milliseconds; when it has passed the key is removed.
    ///   - condition: on which keys; `nil` for all.
    /// - Returns: the command, whose reply says whether the end was set.
    public static func expireat(
        _ key: String,
        unixMilliseconds: Int64,
        condition: RedisExpiryCondition? = nil
    ) -> Self {
        Self(name: "PEXPIREAT", [.string(key), .integer(unixMilliseconds)] + self.words(condition))
    }

    /// `PERSIST`: whether a time to live was taken off.
    public static func persist(_ key: String) -> Self {
        Self(name: "PERSIST", keys: [key])
    }

    private static func words(_ condition: RedisExpiryCondition?) -> [RedisArgument] {
        condition.map { [.string($0.rawValue)] } ?? []
    }
}

extension RedisCommand where Reply == RedisTimeToLive {
    /// `PTTL`: the time to live, to the millisecond.
    public static func ttl(_ key: String) -> Self {
        Self(name: "PTTL", keys: [key])
    }
}
