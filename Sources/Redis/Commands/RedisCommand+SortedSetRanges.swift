// Ranges go from the low end to the high end, also where the members come in reverse: the words are turned round here, for
// the server wants the end first that it begins at.

extension RedisCommand {
    /// `ZRANGE`: the members at the positions from `start` to `end` inclusive; negative ones count from the last.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - start: the first position.
    ///   - end: the last position.
    ///   - reversed: whether the highest score has position 0.
    ///   - type: what members decode into.
    /// - Returns: the command, whose reply is the members.
    public static func zrange<Member>(
        _ key: String,
        from start: Int = 0,
        to end: Int = -1,
        reversed: Bool = false,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [Member] {
        Self(name: "ZRANGE", .ranks(key, start, end, reversed))
    }

    /// `ZRANGE`: the texts at the positions from `start` to `end` inclusive; negative ones count from the last.
    public static func zrange(_ key: String, from start: Int = 0, to end: Int = -1, reversed: Bool = false) -> Self
    where Reply == [String] {
        .zrange(key, from: start, to: end, reversed: reversed, as: String.self)
    }

    /// `ZRANGE … WITHSCORES`: as `zrange`, with the scores.
    public static func zrangeWithScores<Member>(
        _ key: String,
        from start: Int = 0,
        to end: Int = -1,
        reversed: Bool = false,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [RedisScored<Member>] {
        Self(name: "ZRANGE", .ranks(key, start, end, reversed) + ["WITHSCORES"])
    }

    /// `ZRANGE … WITHSCORES`: as `zrange`, with the scores.
    public static func zrangeWithScores(
        _ key: String,
        from start: Int = 0,
        to end: Int = -1,
        reversed: Bool = false
    ) -> Self where Reply == [RedisScored<String>] {
        .zrangeWithScores(key, from: start, to: end, reversed: reversed, as: String.self)
    }

    /// `ZRANGE … BYSCORE`: the members in a range of scores, in the order of their scores.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - lowest: the low end of the range.
    ///   - highest: the high end of the range.
    ///   - reversed: whether the highest score comes first.
    ///   - limit: how many members to skip and how many to return at most; `nil` for all.
    ///   - type: what members decode into.
    /// - Returns: the command, whose reply is the members.
    public static func zrange<Member>(
        _ key: String,
        scoresFrom lowest: RedisScoreBound,
        to highest: RedisScoreBound,
        reversed: Bool = false,
        limit: (offset: Int, count: Int)? = nil,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [Member] {
        Self(name: "ZRANGE", .bounds(key, lowest.word, highest.word, "BYSCORE", reversed, limit))
    }

    /// `ZRANGE … BYSCORE`: the texts in a range of scores, in the order of their scores.
    public static func zrange(
        _ key: String,
        scoresFrom lowest: RedisScoreBound,
        to highest: RedisScoreBound,
        reversed: Bool = false,
        limit: (offset: Int, count: Int)? = nil
    ) -> Self where Reply == [String] {
        .zrange(key, scoresFrom: lowest, to: highest, reversed: reversed, limit: limit, as: String.self)
    }

    /// `ZRANGE … BYSCORE WITHSCORES`: as `zrange`, with the scores.
    public static func zrangeWithScores<Member>(
        _ key: String,
        scoresFrom lowest: RedisScoreBound,
        to highest: RedisScoreBound,
        reversed: Bool = false,
        limit: (offset: Int, count: Int)? = nil,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [RedisScored<Member>] {
        let words: [RedisArgument] = .bounds(key, lowest.word, highest.word, "BYSCORE", reversed, limit)
        return Self(name: "ZRANGE", words + ["WITHSCORES"])
    }

    /// `ZRANGE … BYSCORE WITHSCORES`: as `zrange`, with the scores.
    public static func zrangeWithScores(
        _ key: String,
        scoresFrom lowest: RedisScoreBound,
        to highest: RedisScoreBound,
        reversed: Bool = false,
        limit: (offset: Int, count: Int)? = nil
    ) -> Self where Reply == [RedisScored<String>] {
        .zrangeWithScores(key, scoresFrom: lowest, to: highest, reversed: reversed, limit: limit, as: String.self)
    }

    /// `ZRANGE … BYLEX`: the members in a range, in the order of their bytes; all must have the same score.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - lowest: the low end of the range.
    ///   - highest: the high end of the range.
    ///   - reversed: whether the last member comes first.
    ///   - limit: how many members to skip and how many to return at most; `nil` for all.
    ///   - type: what members decode into.
    /// - Returns: the command, whose reply is the members.
    public static func zrange<Member>(
        _ key: String,
        membersFrom lowest: RedisLexBound,
        to highest: RedisLexBound,
        reversed: Bool = false,
        limit: (offset: Int, count: Int)? = nil,
        as type: Member.Type = Member.self
    ) -> Self where Reply == [Member] {
        Self(name: "ZRANGE", .bounds(key, lowest.word, highest.word, "BYLEX", reversed, limit))
    }

    /// `ZRANGE … BYLEX`: the texts in a range, in the order of their bytes; all must have the same score.
    public static func zrange(
        _ key: String,
        membersFrom lowest: RedisLexBound,
        to highest: RedisLexBound,
        reversed: Bool = false,
        limit: (offset: Int, count: Int)? = nil
    ) -> Self where Reply == [String] {
        .zrange(key, membersFrom: lowest, to: highest, reversed: reversed, limit: limit, as: String.self)
    }
}

extension [RedisArgument] {
    fileprivate static func ranks(_ key: String, _ start: Int, _ end: Int, _ reversed: Bool) -> [RedisArgument] {
        [.string(key), .init(start), .init(end)] + (reversed ? ["REV"] : [])
    }

    fileprivate static func bounds(
        _ key: String,
        _ lowest: RedisArgument,
        _ highest: RedisArgument,
        _ kind: RedisArgument,
        _ reversed: Bool,
        _ limit: (offset: Int, count: Int)?
    ) -> [RedisArgument] {
        var words = [.string(key), reversed ? highest : lowest, reversed ? lowest : highest, kind]
        if reversed { words.append("REV") }
        if let limit { words += ["LIMIT", .init(limit.offset), .init(limit.count)] }
        return words
    }
}
