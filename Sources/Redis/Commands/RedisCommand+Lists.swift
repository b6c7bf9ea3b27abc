extension RedisCommand {
    /// `LRANGE`: the elements from `start` to `end` inclusive; negative positions count from the tail.
    public static func lrange<Value>(
        _ key: String,
        from start: Int = 0,
        to end: Int = -1,
        as type: Value.Type = Value.self
    ) -> Self where Reply == [Value] {
        Self(name: "LRANGE", [.string(key), .init(start), .init(end)])
    }

    /// `LRANGE`: the texts from `start` to `end` inclusive; negative positions count from the tail.
    public static func lrange(_ key: String, from start: Int = 0, to end: Int = -1) -> Self where Reply == [String] {
        .lrange(key, from: start, to: end, as: String.self)
    }

    /// `LINDEX`: the element at `index`, or `nil`; negative positions count from the tail.
    public static func lindex<Value>(
        _ key: String,
        _ index: Int,
        as type: Value.Type = Value.self
    ) -> Self where Reply == Value? {
        Self(name: "LINDEX", [.string(key), .init(index)])
    }

    /// `LINDEX`: the text at `index`, or `nil`; negative positions count from the tail.
    public static func lindex(_ key: String, _ index: Int) -> Self where Reply == String? {
        .lindex(key, index, as: String.self)
    }

    /// `LPOP`: the first element, which is removed, or `nil` without such a key.
    public static func lpop<Value>(_ key: String, as type: Value.Type = Value.self) -> Self where Reply == Value? {
        Self(name: "LPOP", keys: [key])
    }

    /// `LPOP`: the first text, which is removed, or `nil` without such a key.
    public static func lpop(_ key: String) -> Self where Reply == String? { .lpop(key, as: String.self) }

    /// `LPOP`: the first elements, `count` at most, which are removed; `nil` without such a key.
    public static func lpop<Value>(
        _ key: String,
        count: Int,
        as type: Value.Type = Value.self
    ) -> Self where Reply == [Value]? {
        Self(name: "LPOP", [.string(key), .init(count)])
    }

    /// `LPOP`: the first texts, `count` at most, which are removed; `nil` without such a key.
    public static func lpop(_ key: String, count: Int) -> Self where Reply == [String]? {
        .lpop(key, count: count, as: String.self)
    }

    /// `RPOP`: the last element, which is removed, or `nil` without such a key.
    public static func rpop<Value>(_ key: String, as type: Value.Type = Value.self) -> Self where Reply == Value? {
        Self(name: "RPOP", keys: [key])
    }

    /// `RPOP`: the last text, which is removed, or `nil` without such a key.
    public static func rpop(_ key: String) -> Self where Reply == String? { .rpop(key, as: String.self) }

    /// `RPOP`: the last elements, from the tail on, `count` at most, which are removed; `nil` without such a key.
    public static func rpop<Value>(
        _ key: String,
        count: Int,
        as type: Value.Type = Value.self
    ) -> Self where Reply == [Value]? {
        Self(name: "RPOP", [.string(key), .init(count)])
    }

    /// `RPOP`: the last texts, from the tail on, `count` at most, which are removed; `nil` without such a key.
    public static func rpop(_ key: String, count: Int) -> Self where Reply == [String]? {
        .rpop(key, count: count, as: String.self)
    }

    /// `LMOVE`: the element that was moved from one list to another or the same, or `nil` without such a key.
    public static func lmove<Value>(
        from source: String,
        _ sourceEnd: RedisListEnd,
        to target: String,
        _ targetEnd: RedisListEnd,
        as type: Value.Type = Value.self
    ) -> Self where Reply == Value? {
        Self(name: "LMOVE", keys: [source, target, sourceEnd.rawValue, targetEnd.rawValue])
    }

    /// `LMOVE`: the text that was moved from one list to another or the same, or `nil` without such a key.
    public static func lmove(
        from source: String,
        _ sourceEnd: RedisListEnd,
        to target: String,
        _ targetEnd: RedisListEnd
    ) -> Self where Reply == String? {
        .lmove(from: source, sourceEnd, to: target, targetEnd, as: String.self)
    }
}

extension RedisCommand where Reply == Int {
    /// `LPUSH`: adds at the head, one after the other; the new length.
    public static func lpush(_ key: String, _ elements: [RedisArgument]) -> Self {
        Self(name: "LPUSH", [.string(key)] + elements)
    }

    /// `RPUSH`: adds at the tail, one after the other; the new length.
    public static func rpush(_ key: String, _ elements: [RedisArgument]) -> Self {
        Self(name: "RPUSH", [.string(key)] + elements)
    }

    /// `LPUSHX`: as `LPUSH`, only to a list that exists; the new length, 0 without such a key.
    public static func lpushx(_ key: String, _ elements: [RedisArgument]) -> Self {
        Self(name: "LPUSHX", [.string(key)] + elements)
    }

    /// `RPUSHX`: as `RPUSH`, only to a list that exists; the new length, 0 without such a key.
    public static func rpushx(_ key: String, _ elements: [RedisArgument]) -> Self {
        Self(name: "RPUSHX", [.string(key)] + elements)
    }

    /// `LLEN`: the length, 0 without such a key.
    public static func llen(_ key: String) -> Self {
        Self(name: "LLEN", keys: [key])
    }

    /// `LREM`: removes equal elements: `count` from the head on, below zero from the tail on, 0 for all; how many.
    public static func lrem(_ key: String, _ element: RedisArgument, count: Int = 0) -> Self {
        Self(name: "LREM", [.string(key), .init(count), element])
    }

    /// `LINSERT`: the new length, -1 without such a `pivot`, 0 without such a key.
    public static func linsert(_ key: String, _ element: RedisArgument, before pivot: RedisArgument) -> Self {
        Self(name: "LINSERT", [.string(key), "BEFORE", pivot, element])
    }

    /// `LINSERT`: the new length, -1 without such a `pivot`, 0 without such a key.
    public static func linsert(_ key: String, _ element: RedisArgument, after pivot: RedisArgument) -> Self {
        Self(name: "LINSERT", [.string(key), "AFTER", pivot, element])
    }
}

extension RedisCommand where Reply == RedisOK {
    /// `LTRIM`: keeps only the elements from `start` to `end` inclusive; negative positions count from the tail.
    public static func ltrim(_ key: String, from start: Int, to end: Int) -> Self {
        Self(name: "LTRIM", [.string(key), .init(start), .init(end)])
    }

    /// `LSET`: replaces the element at `index`; an error where there is none.
    public static func lset(_ key: String, _ index: Int, _ element: RedisArgument) -> Self {
        Self(name: "LSET", [.string(key), .init(index), element])
    }
}

extension RedisCommand where Reply == Int? {
    /// `LPOS`: the position of the first equal element, or `nil`.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - element: what to look for.
    ///   - rank: which of the equal ones, from 1; below zero from the tail on.
    /// - Returns: the command, whose reply is the position.
    public static func lpos(_ key: String, _ element: RedisArgument, rank: Int = 1) -> Self {
        Self(name: "LPOS", [.string(key), element] + (rank == 1 ? [] : ["RANK", .init(rank)]))
    }
}

extension RedisCommand where Reply == [Int] {
    /// `LPOS … COUNT`: the positions of the equal elements, `count` at most, 0 for all.
    public static func lpos(_ key: String, _ element: RedisArgument, count: Int) -> Self {
        Self(name: "LPOS", [.string(key), element, "COUNT", .init(count)])
    }
}
