/// Where a group is to continue.
public enum KafkaOffsetTarget: Sendable, Hashable {
    /// At the first record that the log has.
    case earliest
    /// Behind the last record.
    case latest
    /// At an offset, which must lie within the log or just behind it.
    case offset(Int64)
    /// At the first record with this time in milliseconds since 1970 or a later one; behind the last record when there
    /// is none.
    case time(Int64)
}
