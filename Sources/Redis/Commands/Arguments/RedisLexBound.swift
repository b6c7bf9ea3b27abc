/// An end of a range of members in the order of their bytes.
///
/// The order is meaningful only where all members have the same score.
public struct RedisLexBound: Sendable, Hashable {
    let word: RedisArgument

    /// Before every member.
    public static let lowest = RedisLexBound(word: "-")
    /// After every member.
    public static let highest = RedisLexBound(word: "+")

    /// The bound `member`, which is itself in the range.
    public static func including(_ member: RedisArgument) -> RedisLexBound {
        RedisLexBound(word: self.prefixed("[", member))
    }

    /// The bound `member`, which is itself not in the range.
    public static func excluding(_ member: RedisArgument) -> RedisLexBound {
        RedisLexBound(word: self.prefixed("(", member))
    }

    private static func prefixed(_ mark: String, _ member: RedisArgument) -> RedisArgument {
        switch member {
        case .string(let text): .string(mark + text)
        case .integer(let number): .string(mark + String(number))
        case .bytes(let bytes): .bytes(Array(mark.utf8) + bytes)
        }
    }
}
