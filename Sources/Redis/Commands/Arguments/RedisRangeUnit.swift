/// A unit of positions inside a string.
public enum RedisRangeUnit: String, Sendable, Hashable {
    /// Positions count bytes.
    case byte = "BYTE"
    /// Positions count bits.
    case bit = "BIT"
}
