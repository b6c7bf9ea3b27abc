extension RedisCommand {
    /// `HGET`: the value of a field, or `nil`.
    public static func hget<Value>(
        _ key: String,
        _ field: String,
        as type: Value.Type = Value.self
    ) -> Self where Reply == Value? {
        Self(name: "HGET", keys: [key, field])
    }

    /// `HGET`: the text of a field, or `nil`.
    public static func hget(_ key: String, _ field: String) -> Self where Reply == String? {
        .hget(key, field, as: String.self)
    }

    /// `HMGET`: the value of each field, or `nil`.
    public static func hmget<Value>(
        _ key: String,
        _ fields: [String],
        as type: Value.Type = Value.self
    ) -> Self where Reply == [Value?] {
        Self(name: "HMGET", keys: [key] + fields)
    }

    /// `HMGET`: the text of each field, or `nil`.
    public static func hmget(_ key: String, _ fields: [String]) -> Self where Reply == [String?] {
        .hmget(key, fields, as: String.self)
    }

    /// `HGETALL`: all fields; none without such a key.
    public static func hgetall<Value>(_ key: String, as type: Value.Type = Value.self) -> Self
    where Reply == [String: Value] {
        Self(name: "HGETALL", keys: [key])
    }

    /// `HGETALL`: all fields as text; none without such a key.
    public static func hgetall(_ key: String) -> Self where Reply == [String: String] {
        .hgetall(key, as: String.self)
    }

    /// `HVALS`: all values.
    public static func hvals<Value>(_ key: String, as type: Value.Type = Value.self) -> Self where Reply == [Value] {
        Self(name: "HVALS", keys: [key])
    }

    /// `HVALS`: all values as text.
    public static func hvals(_ key: String) -> Self where Reply == [String] { .hvals(key, as: String.self) }

    /// `HRANDFIELD WITHVALUES`: random fields.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - count: how many different ones at most; below zero exactly that many, perhaps repeated.
    ///   - type: what values decode into.
    /// - Returns: the command, whose reply is the fields.
    public static func hrandfieldWithValues<Value>(
        _ key: String,
        count: Int,
        as type: Value.Type = Value.self
    ) -> Self where Reply == [RedisField<Value>] {
        Self(name: "HRANDFIELD", [.string(key), .init(count), "WITHVALUES"])
    }

    /// `HRANDFIELD WITHVALUES`: random fields with their texts.
    public static func hrandfieldWithValues(_ key: String, count: Int) -> Self where Reply == [RedisField<String>] {
        .hrandfieldWithValues(key, count: count, as: String.self)
    }

    /// `HSCAN`: a part of the fields; see `scan` for the parameters.
    public static func hscan<Value>(
        _ key: String,
        _ cursor: UInt64 = 0,
        match pattern: String? = nil,
        count: Int = 100,
        as type: Value.Type = Value.self
    ) -> Self where Reply == RedisScanPage<RedisField<Value>> {
        Self(name: "HSCAN", [.string(key), .init(cursor)] + .scanOptions(match: pattern, count: count))
    }

    /// `HSCAN`: a part of the fields as text; see `scan` for the parameters.
    public static func hscan(
        _ key: String,
        _ cursor: UInt64 = 0,
        match pattern: String? = nil,
        count: Int = 100
    ) -> Self where Reply == RedisScanPage<RedisField<String>> {
        .hscan(key, cursor, match: pattern, count: count, as: String.self)
    }
}

extension RedisCommand where Reply == Int {
    /// `HSET`: the number of fields, each a name and its value, that are new.
    public static func hset(_ key: String, pairs fields: [(String, RedisArgument)]) -> Self {
        Self(name: "HSET", [.string(key)] + .pairs(fields))
    }

    /// `HSET`: the number of fields that are new.
    public static func hset(_ key: String, _ fields: [String: RedisArgument]) -> Self {
        .hset(key, pairs: fields.map { ($0, $1) })
    }

    /// `HDEL`: the number of fields that existed.
    public static func hdel(_ key: String, _ fields: [String]) -> Self {
        Self(name: "HDEL", keys: [key] + fields)
    }

    /// `HLEN`: the number of fields.
    public static func hlen(_ key: String) -> Self {
        Self(name: "HLEN", keys: [key])
    }

    /// `HSTRLEN`: the length of a field's value in bytes, 0 without such a field.
    public static func hstrlen(_ key: String, _ field: String) -> Self {
        Self(name: "HSTRLEN", keys: [key, field])
    }

    /// `HINCRBY`: the new number; a field that does not exist counts as 0.
    public static func hincrby(_ key: String, _ field: String, by amount: Int) -> Self {
        Self(name: "HINCRBY", [.string(key), .string(field), .init(amount)])
    }
}

extension RedisCommand where Reply == Double {
    /// `HINCRBYFLOAT`: the new number; a field that does not exist counts as 0.
    public static func hincrbyfloat(_ key: String, _ field: String, by amount: Double) -> Self {
        Self(name: "HINCRBYFLOAT", [.string(key), .string(field), .init(amount)])
    }
}

extension RedisCommand where Reply == Bool {
    /// `HSET` of one field: whether it is new.
    public static func hset(_ key: String, _ field: String, _ value: RedisArgument) -> Self {
        Self(name: "HSET", [.string(key), .string(field), value])
    }

    /// `HSETNX`: whether the field was written, which it is not where it exists.
    public static func hsetnx(_ key: String, _ field: String, _ value: RedisArgument) -> Self {
        Self(name: "HSETNX", [.string(key), .string(field), value])
    }

    /// `HEXISTS`: whether the field exists.
    public static func hexists(_ key: String, _ field: String) -> Self {
        Self(name: "HEXISTS", keys: [key, field])
    }
}

extension RedisCommand where Reply == [String] {
    /// `HKEYS`: the names of all fields.
    public static func hkeys(_ key: String) -> Self {
        Self(name: "HKEYS", keys: [key])
    }

    /// `HRANDFIELD`: names of random fields, `count` different ones at most; below zero that many, perhaps repeated.
    public static func hrandfield(_ key: String, count: Int) -> Self {
        Self(name: "HRANDFIELD", [.string(key), .init(count)])
    }
}

extension RedisCommand where Reply == String? {
    /// `HRANDFIELD`: the name of a random field, or `nil` without such a key.
    public static func hrandfield(_ key: String) -> Self {
        Self(name: "HRANDFIELD", keys: [key])
    }
}
