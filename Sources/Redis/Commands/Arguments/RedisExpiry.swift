/// When a key that is written or read shall expire.
public enum RedisExpiry: Sendable, Hashable {
    /// Never; an earlier time to live is taken off.
    case never
    /// As before: the time to live is left alone.
    case keep
    /// After this time, in milliseconds rounded up; the server refuses zero and less.
    case after(Duration)
    /// At this instant of Unix time in milliseconds; the server removes the key at once when it has passed.
    case at(unixMilliseconds: Int64)

    /// The words of `SET`, which takes a time to live off unless told otherwise.
    var setWords: [RedisArgument] {
        switch self {
        case .never: []
        case .keep: ["KEEPTTL"]
        case .after, .at: self.times
        }
    }

    /// The words of `GETEX`, which leaves a time to live alone unless told otherwise.
    var getWords: [RedisArgument] {
        switch self {
        case .never: ["PERSIST"]
        case .keep: []
        case .after, .at: self.times
        }
    }

    private var times: [RedisArgument] {
        switch self {
        case .after(let time): ["PX", .integer(time.lifetimeMilliseconds)]
        case .at(let milliseconds): ["PXAT", .integer(milliseconds)]
        case .never, .keep: []
        }
    }
}
