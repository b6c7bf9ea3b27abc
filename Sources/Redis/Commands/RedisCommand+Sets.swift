extension RedisCommand {
    /// `SMEMBERS`: all members.
    public static func smembers<Member>(_ key: String, as type: Member.Type = Member.self) -> Self
    where Reply == [Member] {
        Self(name: "SMEMBERS", keys: [key])
    }

    /// `SMEMBERS`: all members as text.
    public static func smembers(_ key: String) -> Self where Reply == [String] { .smembers(key, as: String.self) }

    /// `SPOP`: a random member, which is removed, or `nil` without such a key.
    public static func spop<Member>(_ key: String, as type: Member.Type = Member.self) -> Self where Reply == Member? {
        Self(name: "SPOP", keys: [key])
    }

    /// `SPOP`: the text of a random member, which is removed, or `nil` without such a key.
    public static func spop(_ key: String) -> Self where Reply == String? { .spop(key, as: String.self) }

    /// `SPOP`: random members, `count` at most, which are removed.
    public static func spop<Member>(
        _ key: String,
        count: Int,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [Member] {
        Self(name: "SPOP", [.string(key), .init(count)])
    }

    /// `SPOP`: the texts of random members, `count` at most, which are removed.
    public static func spop(_ key: String, count: Int) -> Self where Reply == [String] {
        .spop(key, count: count, as: String.self)
    }

    /// `SRANDMEMBER`: random members, `count` different ones at most; below zero that many, perhaps repeated.
    public static func srandmember<Member>(
        _ key: String,
        count: Int,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [Member] {
        Self(name: "SRANDMEMBER", [.string(key), .init(count)])
    }

    /// `SRANDMEMBER`: the texts of random members; below zero exactly that many, perhaps repeated.
    public static func srandmember(_ key: String, count: Int) -> Self where Reply == [String] {
        .srandmember(key, count: count, as: String.self)
    }

    /// `SINTER`: the members that all sets have.
    public static func sinter<Member>(_ keys: [String], as type: Member.Type = Member.self) -> Self
    where Reply == [Member] {
        Self(name: "SINTER", keys: keys)
    }

    /// `SINTER`: the texts that all sets have.
    public static func sinter(_ keys: [String]) -> Self where Reply == [String] { .sinter(keys, as: String.self) }

    /// `SUNION`: the members that any set has.
    public static func sunion<Member>(_ keys: [String], as type: Member.Type = Member.self) -> Self
    where Reply == [Member] {
        Self(name: "SUNION", keys: keys)
    }

    /// `SUNION`: the texts that any set has.
    public static func sunion(_ keys: [String]) -> Self where Reply == [String] { .sunion(keys, as: String.self) }

    /// `SDIFF`: the members that the first set has and no other.
    public static func sdiff<Member>(_ keys: [String], as type: Member.Type = Member.self) -> Self
    where Reply == [Member] {
        Self(name: "SDIFF", keys: keys)
    }

    /// `SDIFF`: the texts that the first set has and no other.
    public static func sdiff(_ keys: [String]) -> Self where Reply == [String] { .sdiff(keys, as: String.self) }

    /// `SSCAN`: a part of the members; see `scan` for the parameters.
    public static func sscan<Member>(
        _ key: String,
        _ cursor: UInt64 = 0,
        match pattern: String? = nil,
        count: Int = 100,
        as type: Member.Type = Member.self
    ) -> Self where Reply == RedisScanPage<Member> {
        Self(name: "SSCAN", [.string(key), .init(cursor)] + .scanOptions(match: pattern, count: count))
    }

    /// `SSCAN`: a part of the members as text; see `scan` for the parameters.
    public static func sscan(
        _ key: String,
        _ cursor: UInt64 = 0,
        match pattern: String? = nil,
        count: Int = 100
    ) -> Self where Reply == RedisScanPage<String> {
        .sscan(key, cursor, match: pattern, count: count, as: String.self)
    }
}

extension RedisCommand where Reply == Int {
    /// `SADD`: the number of members that are new.
    public static func sadd(_ key: String, _ members: [RedisArgument]) -> Self {
        Self(name: "SADD", [.string(key)] + members)
    }

    /// `SREM`: the number of members that existed.
    public static func srem(_ key: String, _ members: [RedisArgument]) -> Self {
        Self(name: "SREM", [.string(key)] + members)
    }

    /// `SCARD`: the number of members.
    public static func scard(_ key: String) -> Self {
        Self(name: "SCARD", keys: [key])
    }

    /// `SINTERSTORE`: writes the members that all sets have to `target`; their number.
    public static func sinterstore(_ target: String, _ keys: [String]) -> Self {
        Self(name: "SINTERSTORE", keys: [target] + keys)
    }

    /// `SUNIONSTORE`: writes the members that any set has to `target`; their number.
    public static func sunionstore(_ target: String, _ keys: [String]) -> Self {
        Self(name: "SUNIONSTORE", keys: [target] + keys)
    }

    /// `SDIFFSTORE`: writes the members that the first set has and no other to `target`; their number.
    public static func sdiffstore(_ target: String, _ keys: [String]) -> Self {
        Self(name: "SDIFFSTORE", keys: [target] + keys)
    }

    /// `SINTERCARD`: the number of members that all sets have, counted up to `limit`; 0 counts all.
    public static func sintercard(_ keys: [String], limit: Int = 0) -> Self {
        Self(name: "SINTERCARD", [.init(keys.count)] + keys.map(RedisArgument.string) + ["LIMIT", .init(limit)])
    }
}

extension RedisCommand where Reply == Bool {
    /// `SISMEMBER`: whether the set has the member.
    public static func sismember(_ key: String, _ member: RedisArgument) -> Self {
        Self(name: "SISMEMBER", [.string(key), member])
    }

    /// `SMOVE`: whether the member was moved from one set to another, which it is not where the first lacks it.
    public static func smove(_ member: RedisArgument, from source: String, to target: String) -> Self {
        Self(name: "SMOVE", [.string(source), .string(target), member])
    }
}

extension RedisCommand where Reply == [Bool] {
    /// `SMISMEMBER`: for each member whether the set has it.
    public static func smismember(_ key: String, _ members: [RedisArgument]) -> Self {
        Self(name: "SMISMEMBER", [.string(key)] + members)
    }
}
