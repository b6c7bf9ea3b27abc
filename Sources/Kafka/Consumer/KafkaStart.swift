/// Where reading of a partition begins.
public enum KafkaStart: Sendable, Hashable {
    /// At the group's committed offset; without one, as `autoOffsetReset` says.
    case committed
    /// At the first record that the log still has.
    case earliest
    /// Behind the last record.
    case latest
    /// At this offset, at least 0; one that the log does not hold is treated as `autoOffsetReset` says.
    case offset(Int64)
}
