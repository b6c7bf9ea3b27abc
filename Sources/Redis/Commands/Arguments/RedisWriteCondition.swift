/// On which keys or members a command writes.
public enum RedisWriteCondition: String, Sendable, Hashable {
    /// Only where there is none yet.
    case ifAbsent = "NX"
    /// Only where there is one already.
    case ifPresent = "XX"
}
