/// How long a key lives.
public enum RedisTimeToLive: RedisReply, Hashable {
    /// There is no such key.
    case absent
    /// The key does not expire.
    case unlimited
    /// The key expires after this time, to the millisecond.
    case limited(Duration)

    /// The reply of `PTTL`: milliseconds, -1 for no end, -2 for no key.
    public init(reply value: RedisValue) throws(RedisError) {
        switch try Int64(reply: value) {
        case -2: self = .absent
        case -1: self = .unlimited
        case let milliseconds where milliseconds >= 0: self = .limited(.milliseconds(milliseconds))
        default: throw value.mismatch("time to live")
        }
    }

    /// The time, if there is an end.
    public var duration: Duration? {
        guard case .limited(let duration) = self else { return nil }
        return duration
    }
}
