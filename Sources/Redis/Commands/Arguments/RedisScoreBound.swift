/// An end of a range of scores.
///
/// Number literals are inclusive bounds: `.zrange("board", scoresFrom: 10, to: .highest)`.
public struct RedisScoreBound: Sendable, Hashable {
    let word: RedisArgument

    /// Below every score.
    public static let lowest = RedisScoreBound(word: "-inf")
    /// Above every score.
    public static let highest = RedisScoreBound(word: "+inf")

    /// The bound `score`, which is itself in the range.
    public static func including(_ score: Double) -> RedisScoreBound {
        RedisScoreBound(word: .init(score))
    }

    /// The bound `score`, which is itself not in the range.
    public static func excluding(_ score: Double) -> RedisScoreBound {
        RedisScoreBound(word: .string("(" + score.description))
    }
}

extension RedisScoreBound: ExpressibleByIntegerLiteral {
    /// The inclusive bound written as a number literal.
    public init(integerLiteral value: Int64) {
        self.init(word: .init(Double(value)))
    }
}

extension RedisScoreBound: ExpressibleByFloatLiteral {
    /// The inclusive bound written as a number literal.
    public init(floatLiteral value: Double) {
        self.init(word: .init(value))
    }
}
