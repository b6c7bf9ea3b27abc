extension RedisCommand {
    /// `GET`: the value, or `nil` without such a key.
    public static func get<Value>(_ key: String, as type: Value.Type = Value.self) -> Self where Reply == Value? {
        Self(name: "GET", keys: [key])
    }

    /// `GET`: the text, or `nil` without such a key.
    public static func get(_ key: String) -> Self where Reply == String? { .get(key, as: String.self) }

    /// `GETDEL`: as `GET`, and the key is removed.
    public static func getdel<Value>(_ key: String, as type: Value.Type = Value.self) -> Self where Reply == Value? {
        Self(name: "GETDEL", keys: [key])
    }

    /// `GETDEL`: as `GET`, and the key is removed.
    public static func getdel(_ key: String) -> Self where Reply == String? { .getdel(key, as: String.self) }

    /// `GETEX`: as `GET`, and the time to live is changed.
    public static func getex<Value>(
        _ key: String,
        expiry: RedisExpiry,
        as type: Value.Type = Value.self
    ) -> Self where Reply == Value? {
        Self(name: "GETEX", keys: [key], expiry.getWords)
    }

    /// `GETEX`: as `GET`, and the time to live is changed.
    public static func getex(_ key: String, expiry: RedisExpiry) -> Self where Reply == String? {
        .getex(key, expiry: expiry, as: String.self)
    }

    /// `MGET`: the value of each key, or `nil`.
    public static func mget<Value>(_ keys: [String], as type: Value.Type = Value.self) -> Self
    where Reply == [Value?] {
        Self(name: "MGET", keys: keys)
    }

    /// `MGET`: the text of each key, or `nil`.
    public static func mget(_ keys: [String]) -> Self where Reply == [String?] { .mget(keys, as: String.self) }

    /// `GETRANGE`: the bytes from `start` to `end` inclusive; negative positions count from the end.
    public static func getrange(_ key: String, from start: Int, to end: Int) -> Self where Reply == [UInt8] {
        Self(name: "GETRANGE", [.string(key), .init(start), .init(end)])
    }
}

extension RedisCommand {
    /// `SET`.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - value: the value.
    ///   - expiry: when the key expires; never by default, also if it had a time to live.
    /// - Returns: the command, whose reply is `OK`.
    public static func set(_ key: String, _ value: RedisArgument, expiry: RedisExpiry = .never) -> Self
    where Reply == RedisOK {
        Self(name: "SET", [.string(key), value] + expiry.setWords)
    }

    /// `SET` with a condition: whether the key was written.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - value: the value.
    ///   - expiry: when the key expires; never by default, also if it had a time to live.
    ///   - condition: whether the key must exist or must not.
    /// - Returns: the command, whose reply says whether the key was written.
    public static func set(
        _ key: String,
        _ value: RedisArgument,
        expiry: RedisExpiry = .never,
        condition: RedisWriteCondition
    ) -> Self where Reply == Bool {
        Self(name: "SET", [.string(key), value, .string(condition.rawValue)] + expiry.setWords)
    }

    /// `SET` with `GET`: the value before, or `nil` without such a key.
    ///
    /// With `condition`, whether the key was written follows from whether there was a value before.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - value: the value.
    ///   - expiry: when the key expires; never by default, also if it had a time to live.
    ///   - condition: whether the key must exist or must not; `nil` for always.
    ///   - type: what the value before decodes into. When it does not, the key has been written all the same.
    /// - Returns: the command, whose reply is the value before.
    public static func set<Value>(
        _ key: String,
        _ value: RedisArgument,
        expiry: RedisExpiry = .never,
        condition: RedisWriteCondition? = nil,
        returning type: Value.Type
    ) -> Self where Reply == Value? {
        let words: [RedisArgument] = condition.map { [.string($0.rawValue)] } ?? []
        return Self(name: "SET", [.string(key), value] + words + ["GET"] + expiry.setWords)
    }
}

extension RedisCommand where Reply == RedisOK {
    /// `MSET`: writes all keys, each with its value, at once.
    public static func mset(pairs values: [(String, RedisArgument)]) -> Self {
        Self(name: "MSET", .pairs(values))
    }

    /// `MSET`: writes all keys at once.
    public static func mset(_ values: [String: RedisArgument]) -> Self {
        .mset(pairs: values.map { ($0, $1) })
    }
}

extension RedisCommand where Reply == Bool {
    /// `MSETNX`: whether the keys were written, which none is where any exists.
    public static func msetnx(_ values: [String: RedisArgument]) -> Self {
        .msetnx(pairs: values.map { ($0, $1) })
    }

    /// `MSETNX`: whether the keys, each with its value, were written, which none is where any exists.
    public static func msetnx(pairs values: [(String, RedisArgument)]) -> Self {
        Self(name: "MSETNX", .pairs(values))
    }
}

extension RedisCommand where Reply == Int {
    /// `APPEND`: the new length in bytes.
    public static func append(_ key: String, _ value: RedisArgument) -> Self {
        Self(name: "APPEND", [.string(key), value])
    }

    /// `STRLEN`: the length in bytes, 0 without such a key.
    public static func strlen(_ key: String) -> Self {
        Self(name: "STRLEN", keys: [key])
    }

    /// `SETRANGE`: overwrites from byte `offset` on, after zeros where the value is shorter; the new length in bytes.
    public static func setrange(_ key: String, at offset: Int, _ value: RedisArgument) -> Self {
        Self(name: "SETRANGE", [.string(key), .init(offset), value])
    }

    /// `INCRBY`: the new number; a key that does not exist counts as 0.
    public static func incr(_ key: String, by amount: Int = 1) -> Self {
        Self(name: "INCRBY", [.string(key), .init(amount)])
    }

    /// `DECRBY`: the new number; a key that does not exist counts as 0.
    public static func decr(_ key: String, by amount: Int = 1) -> Self {
        Self(name: "DECRBY", [.string(key), .init(amount)])
    }
}

extension RedisCommand where Reply == Double {
    /// `INCRBYFLOAT`: the new number; a key that does not exist counts as 0.
    public static func incrbyfloat(_ key: String, by amount: Double) -> Self {
        Self(name: "INCRBYFLOAT", [.string(key), .init(amount)])
    }
}

extension [RedisArgument] {
    /// Names and values in turn.
    static func pairs(_ pairs: [(String, RedisArgument)]) -> [RedisArgument] {
        pairs.flatMap { [.string($0.0), $0.1] }
    }
}
