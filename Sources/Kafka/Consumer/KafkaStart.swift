/// Where reading of a partition begins.
public enum KafkaStart: Sendable, Hashable {
    /// At the group's committed offset; without one, as `autoOffsetReset` says.
    case committed
    /// At the first record that the log still has.
    case earliest
    /// Behind the record that is the last one when `start(at:)` is called; what comes later is read.
    case latest
    /// At this offset, at least 0; one that the log does not hold is treated as `autoOffsetReset` says.
    case offset(Int64)
    /// At the first record that is as old as this or younger, in milliseconds since 1970; behind the last one when
    /// there is none.
    case time(milliseconds: Int64)
}
