extension RedisCommand where Reply == Int {
    /// `ZADD`: the number of members that are new, or with `countingChanges` of those that are new or changed.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - members: the members, each with its score.
    ///   - condition: only new members, or only those that are there; `nil` for all.
    ///   - change: which scores may change; `nil` for all. Not with `ifAbsent`.
    ///   - countingChanges: what the reply counts.
    /// - Returns: the command, whose reply is a number of members.
    public static func zadd(
        _ key: String,
        _ members: [(RedisArgument, Double)],
        condition: RedisWriteCondition? = nil,
        change: RedisScoreChange? = nil,
        countingChanges: Bool = false
    ) -> Self {
        var words: [RedisArgument] = [.string(key)]
        words.reserveCapacity(members.count * 2 + 4)
        if let condition { words.append(.string(condition.rawValue)) }
        if let change { words.append(.string(change.rawValue)) }
        if countingChanges { words.append("CH") }
        for (member, score) in members {
            words.append(.init(score))
            words.append(member)
        }
        return Self(name: "ZADD", words)
    }

    /// `ZREM`: the number of members that existed.
    public static func zrem(_ key: String, _ members: [RedisArgument]) -> Self {
        Self(name: "ZREM", [.string(key)] + members)
    }

    /// `ZREMRANGEBYSCORE`: the number of members removed.
    public static func zremrangebyscore(
        _ key: String,
        from lowest: RedisScoreBound,
        to highest: RedisScoreBound
    ) -> Self {
        Self(name: "ZREMRANGEBYSCORE", [.string(key), lowest.word, highest.word])
    }

    /// `ZREMRANGEBYRANK`: removes the positions from `start` to `end` inclusive; the number of members removed.
    public static func zremrangebyrank(_ key: String, from start: Int, to end: Int) -> Self {
        Self(name: "ZREMRANGEBYRANK", [.string(key), .init(start), .init(end)])
    }

    /// `ZREMRANGEBYLEX`: the number of members removed; all must have the same score.
    public static func zremrangebylex(_ key: String, from lowest: RedisLexBound, to highest: RedisLexBound) -> Self {
        Self(name: "ZREMRANGEBYLEX", [.string(key), lowest.word, highest.word])
    }

    /// `ZCARD`: the number of members.
    public static func zcard(_ key: String) -> Self {
        Self(name: "ZCARD", keys: [key])
    }

    /// `ZCOUNT`: the number of members in a range of scores.
    public static func zcount(
        _ key: String,
        from lowest: RedisScoreBound = .lowest,
        to highest: RedisScoreBound = .highest
    ) -> Self {
        Self(name: "ZCOUNT", [.string(key), lowest.word, highest.word])
    }

    /// `ZLEXCOUNT`: the number of members in a range; all must have the same score.
    public static func zlexcount(_ key: String, from lowest: RedisLexBound, to highest: RedisLexBound) -> Self {
        Self(name: "ZLEXCOUNT", [.string(key), lowest.word, highest.word])
    }
}

extension RedisCommand where Reply == Bool {
    /// `ZADD` of one member: whether it is new.
    public static func zadd(_ key: String, _ member: RedisArgument, score: Double) -> Self {
        Self(name: "ZADD", [.string(key), .init(score), member])
    }
}

extension RedisCommand where Reply == Double {
    /// `ZINCRBY`: the new score; a member that does not exist counts as 0.
    public static func zincrby(_ key: String, _ member: RedisArgument, by amount: Double) -> Self {
        Self(name: "ZINCRBY", [.string(key), .init(amount), member])
    }
}

extension RedisCommand where Reply == Double? {
    /// `ZSCORE`: the score, or `nil` without such a member.
    public static func zscore(_ key: String, _ member: RedisArgument) -> Self {
        Self(name: "ZSCORE", [.string(key), member])
    }
}

extension RedisCommand where Reply == [Double?] {
    /// `ZMSCORE`: the score of each member, or `nil`.
    public static func zmscore(_ key: String, _ members: [RedisArgument]) -> Self {
        Self(name: "ZMSCORE", [.string(key)] + members)
    }
}

extension RedisCommand where Reply == Int? {
    /// `ZRANK`: how many members come before this one, or `nil` without it.
    public static func zrank(_ key: String, _ member: RedisArgument) -> Self {
        Self(name: "ZRANK", [.string(key), member])
    }

    /// `ZREVRANK`: how many members come after this one, or `nil` without it.
    public static func zrevrank(_ key: String, _ member: RedisArgument) -> Self {
        Self(name: "ZREVRANK", [.string(key), member])
    }
}

extension RedisCommand {
    /// `ZPOPMIN`: the members of the lowest scores, `count` at most, which are removed.
    public static func zpopmin<Member>(
        _ key: String,
        count: Int = 1,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [RedisScored<Member>] {
        Self(name: "ZPOPMIN", [.string(key), .init(count)])
    }

    /// `ZPOPMIN`: the texts of the lowest scores, `count` at most, which are removed.
    public static func zpopmin(_ key: String, count: Int = 1) -> Self where Reply == [RedisScored<String>] {
        .zpopmin(key, count: count, as: String.self)
    }

    /// `ZPOPMAX`: the members of the highest scores, `count` at most, which are removed.
    public static func zpopmax<Member>(
        _ key: String,
        count: Int = 1,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [RedisScored<Member>] {
        Self(name: "ZPOPMAX", [.string(key), .init(count)])
    }

    /// `ZPOPMAX`: the texts of the highest scores, `count` at most, which are removed.
    public static func zpopmax(_ key: String, count: Int = 1) -> Self where Reply == [RedisScored<String>] {
        .zpopmax(key, count: count, as: String.self)
    }

    /// `ZSCAN`: a part of the members with their scores; see `scan` for the parameters.
    public static func zscan<Member>(
        _ key: String,
        _ cursor: UInt64 = 0,
        match pattern: String? = nil,
        count: Int = 100,
        as type: Member.Type = Member.self
    ) -> Self where Reply == RedisScanPage<RedisScored<Member>> {
        Self(name: "ZSCAN", [.string(key), .init(cursor)] + .scanOptions(match: pattern, count: count))
    }

    /// `ZSCAN`: a part of the members as text with their scores; see `scan` for the parameters.
    public static func zscan(
        _ key: String,
        _ cursor: UInt64 = 0,
        match pattern: String? = nil,
        count: Int = 100
    ) -> Self where Reply == RedisScanPage<RedisScored<String>> {
        .zscan(key, cursor, match: pattern, count: count, as: String.self)
    }
}
