/// On which keys `EXPIRE` sets a time to live.
public enum RedisExpiryCondition: String, Sendable, Hashable {
    /// Only on a key that has none.
    case ifUnlimited = "NX"
    /// Only on a key that has one.
    case ifLimited = "XX"
    /// Only if the new end is later; a key without an end counts as never ending.
    case ifLater = "GT"
    /// Only if the new end is earlier; a key without an end counts as never ending.
    case ifEarlier = "LT"
}
