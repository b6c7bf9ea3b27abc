import Redis

/// What the acquire script found, and did.
enum Acquisition: Sendable, Hashable {
    /// The entry is fresh; nothing was changed.
    case fresh([UInt8])
    /// Somebody else loads or updates it; with the old value, if there is one.
    case held([UInt8]?)
    /// It is the caller's to load; with the old value, if there is one.
    case acquired([UInt8]?)
}

extension Acquisition: RedisReply {
    /// The state as a number, and the value or `null`.
    init(reply: RedisValue) throws(RedisError) {
        let parts = try [RedisValue](reply: reply)
        guard parts.count == 2 else {
            throw RedisError(.unexpectedReply, "the acquire script did not answer with two elements")
        }
        let value = try [UInt8]?(reply: parts[1])
        switch (parts[0], value) {
        case (.integer(0), let value?): self = .fresh(value)
        case (.integer(1), let value): self = .acquired(value)
        case (.integer(2), let value): self = .held(value)
        default: throw RedisError(.unexpectedReply, "the acquire script answered with an unknown state")
        }
    }
}
