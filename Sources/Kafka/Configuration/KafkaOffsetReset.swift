/// What happens when there is no committed offset, or the log does not hold the offset asked for.
public enum KafkaOffsetReset: String, Sendable, Hashable, CaseIterable {
    /// Begin at the first record that the log still has.
    case earliest
    /// Begin behind the last record; what was produced before is never read.
    case latest
    /// Fail, so that lost data is noticed.
    case error
}
