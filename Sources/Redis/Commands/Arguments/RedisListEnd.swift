/// An end of a list.
public enum RedisListEnd: String, Sendable, Hashable {
    /// The head, where `LPUSH` adds.
    case left = "LEFT"
    /// The tail, where `RPUSH` adds.
    case right = "RIGHT"
}
