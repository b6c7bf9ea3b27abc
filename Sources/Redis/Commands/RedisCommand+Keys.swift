// Each member is named for the server's command, whose documentation says what it does in every case.

extension RedisCommand where Reply == Int {
    /// `DEL`: the number of keys that existed.
    public static func del(_ keys: [String]) -> Self {
        Self(name: "DEL", keys: keys)
    }

    /// `UNLINK`: as `DEL`, but the memory is freed in the background.
    public static func unlink(_ keys: [String]) -> Self {
        Self(name: "UNLINK", keys: keys)
    }

    /// `EXISTS`: the number of keys that exist, a repeated one counted again.
    public static func exists(_ keys: [String]) -> Self {
        Self(name: "EXISTS", keys: keys)
    }

    /// `TOUCH`: marks keys as used just now; the number of those that exist.
    public static func touch(_ keys: [String]) -> Self {
        Self(name: "TOUCH", keys: keys)
    }
}

extension RedisCommand where Reply == Bool {
    /// `DEL`: whether the key existed.
    public static func del(_ key: String) -> Self {
        Self(name: "DEL", keys: [key])
    }

    /// `UNLINK`: whether the key existed; the memory is freed in the background.
    public static func unlink(_ key: String) -> Self {
        Self(name: "UNLINK", keys: [key])
    }

    /// `EXISTS`: whether the key exists.
    public static func exists(_ key: String) -> Self {
        Self(name: "EXISTS", keys: [key])
    }

    /// `RENAMENX`: whether the key was renamed, which it is not where the new name exists.
    public static func renamenx(_ key: String, to name: String) -> Self {
        Self(name: "RENAMENX", keys: [key, name])
    }

    /// `COPY`: whether the key was copied, which it is not where the other exists, unless `replacing` it.
    public static func copy(_ key: String, to other: String, replacing: Bool = false) -> Self {
        Self(name: "COPY", keys: [key, other], replacing ? ["REPLACE"] : [])
    }
}

extension RedisCommand where Reply == RedisOK {
    /// `RENAME`: what had the new name is gone; an error without such a key.
    public static func rename(_ key: String, to name: String) -> Self {
        Self(name: "RENAME", keys: [key, name])
    }
}

extension RedisCommand where Reply == String {
    /// `TYPE`: `string`, `list`, `set`, `zset`, `hash`, `stream`, or `none` without such a key.
    public static func type(_ key: String) -> Self {
        Self(name: "TYPE", keys: [key])
    }
}

extension RedisCommand where Reply == String? {
    /// `RANDOMKEY`: any key, or `nil` where there is none.
    public static var randomkey: Self { Self(name: "RANDOMKEY") }

    /// `OBJECT ENCODING`: how the value is kept in memory, as `listpack`; `nil` without such a key.
    public static func objectEncoding(_ key: String) -> Self {
        Self(name: "OBJECT", ["ENCODING", .string(key)])
    }
}

extension RedisCommand where Reply == Int? {
    /// `MEMORY USAGE`: the bytes that the key takes, estimated for large collections; `nil` without such a key.
    public static func memoryUsage(_ key: String) -> Self {
        Self(name: "MEMORY", ["USAGE", .string(key)])
    }
}

extension RedisCommand where Reply == RedisScanPage<String> {
    /// `SCAN`: a part of the keys of one server.
    ///
    /// Every key that exists from the first page to the last is found, perhaps more than once.
    ///
    /// - Parameters:
    ///   - cursor: 0 at first, then `next` of the last page, until that is 0.
    ///   - pattern: a glob pattern, or `nil` for all keys. It only filters: pages may be empty.
    ///   - type: only keys of this type, as `TYPE` names it.
    ///   - count: how much work the server does for one page, in keys.
    /// - Returns: the command, whose reply is a page of keys.
    public static func scan(
        _ cursor: UInt64 = 0,
        match pattern: String? = nil,
        type: String? = nil,
        count: Int = 100
    ) -> Self {
        var words = [RedisArgument(cursor)] + .scanOptions(match: pattern, count: count)
        if let type { words += ["TYPE", .string(type)] }
        return Self(name: "SCAN", words)
    }
}

extension [RedisArgument] {
    /// The options that all kinds of `SCAN` share.
    static func scanOptions(match pattern: String?, count: Int) -> [RedisArgument] {
        (pattern.map { ["MATCH", .string($0)] } ?? []) + ["COUNT", .init(count)]
    }
}
