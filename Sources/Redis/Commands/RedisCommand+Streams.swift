extension RedisCommand where Reply == String {
    /// `XADD`: adds an entry; its identifier.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - fields: the fields, each a name and its value, at least one.
    ///   - id: the identifier, greater than all before; `*` lets the server choose.
    ///   - limit: which old entries to remove in the same step; `nil` for none.
    /// - Returns: the command, whose reply is the identifier of the entry.
    public static func xadd(
        _ key: String,
        _ fields: [(String, RedisArgument)],
        id: String = "*",
        limit: RedisStreamLimit? = nil
    ) -> Self {
        let head: [RedisArgument] = [.string(key)] + (limit?.words ?? []) + [.string(id)]
        return Self(name: "XADD", head + .pairs(fields))
    }
}

extension RedisCommand where Reply == Int {
    /// `XLEN`: the number of entries.
    public static func xlen(_ key: String) -> Self {
        Self(name: "XLEN", keys: [key])
    }

    /// `XDEL`: the number of entries removed.
    public static func xdel(_ key: String, _ ids: [String]) -> Self {
        Self(name: "XDEL", keys: [key] + ids)
    }

    /// `XTRIM`: the number of entries removed.
    public static func xtrim(_ key: String, _ limit: RedisStreamLimit) -> Self {
        Self(name: "XTRIM", [.string(key)] + limit.words)
    }

    /// `XACK`: takes entries off the group's list of unfinished ones; how many were on it.
    public static func xack(_ key: String, group: String, _ ids: [String]) -> Self {
        Self(name: "XACK", keys: [key, group] + ids)
    }
}

extension RedisCommand where Reply == RedisOK {
    /// `XGROUP CREATE`: an error (`BUSYGROUP`) where the group exists.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - group: the name of the group.
    ///   - id: the group gets what comes after it; `$` is the last entry, `0` is before the first.
    ///   - makingStream: whether a key that does not exist becomes an empty stream instead of an error.
    /// - Returns: the command, whose reply is `OK`.
    public static func xgroupCreate(
        _ key: String,
        group: String,
        after id: String = "$",
        makingStream: Bool = false
    ) -> Self {
        let head: [RedisArgument] = ["CREATE", .string(key), .string(group), .string(id)]
        return Self(name: "XGROUP", head + (makingStream ? ["MKSTREAM"] : []))
    }
}

extension RedisCommand where Reply == Bool {
    /// `XGROUP DESTROY`: whether the group existed.
    public static func xgroupDestroy(_ key: String, group: String) -> Self {
        Self(name: "XGROUP", ["DESTROY", .string(key), .string(group)])
    }
}

extension RedisCommand {
    /// `XRANGE`: the entries from one identifier to another inclusive, oldest first.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - start: the lowest identifier; `-` for the first entry, `(` before one excludes it.
    ///   - end: the highest identifier; `+` for the last entry.
    ///   - count: how many entries at most; `nil` for all.
    ///   - type: what values decode into.
    /// - Returns: the command, whose reply is the entries.
    public static func xrange<Value>(
        _ key: String,
        from start: String = "-",
        to end: String = "+",
        count: Int? = nil,
        as type: Value.Type = Value.self
    ) -> Self where Reply == [RedisStreamEntry<Value>] {
        Self(name: "XRANGE", keys: [key, start, end], .count(count))
    }

    /// `XRANGE`: the entries from one identifier to another inclusive as text, oldest first.
    public static func xrange(
        _ key: String,
        from start: String = "-",
        to end: String = "+",
        count: Int? = nil
    ) -> Self where Reply == [RedisStreamEntry<String>] {
        .xrange(key, from: start, to: end, count: count, as: String.self)
    }

    /// `XREVRANGE`: as `xrange`, newest first; `start` is still the lowest identifier.
    public static func xrevrange<Value>(
        _ key: String,
        from start: String = "-",
        to end: String = "+",
        count: Int? = nil,
        as type: Value.Type = Value.self
    ) -> Self where Reply == [RedisStreamEntry<Value>] {
        Self(name: "XREVRANGE", keys: [key, end, start], .count(count))
    }

    /// `XREVRANGE`: as `xrange`, newest first; `start` is still the lowest identifier.
    public static func xrevrange(
        _ key: String,
        from start: String = "-",
        to end: String = "+",
        count: Int? = nil
    ) -> Self where Reply == [RedisStreamEntry<String>] {
        .xrevrange(key, from: start, to: end, count: count, as: String.self)
    }
}

extension [RedisArgument] {
    /// The option `COUNT`.
    static func count(_ count: Int?) -> [RedisArgument] {
        count.map { ["COUNT", .init($0)] } ?? []
    }
}
