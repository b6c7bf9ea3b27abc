import Redis

/// One hash of the cache, as `HGETALL` returns it.
///
/// | state | value | lockUntil | lockOwner |
/// |---|---|---|---|
/// | missing | – | – | – |
/// | first load runs | – | a time | id |
/// | fresh | v | – | – |
/// | tag-deleted | v (old) or – | 0 | – |
/// | reload runs | v (old) | a time | id |
/// | locked for an update | v or – | a time | `update:` and a name |
struct CacheEntry: Sendable, Hashable {
    /// The value; empty for "known to be absent".
    var value: [UInt8]?
    /// Whether the field `lockUntil` exists, whatever it says.
    var hasLock = false

    /// The value if nobody has invalidated it.
    var freshValue: [UInt8]? { self.hasLock ? nil : self.value }
}

extension CacheEntry: RedisReply {
    /// Names and values in turn.
    init(reply: RedisValue) throws(RedisError) {
        // A fresh entry, which is nearly all that is read, has one field, whose name nobody needs to compare.
        if case .array(let parts) = reply, parts.count == 2, case .string(let name) = parts[0], name.count == 5,
            case .string(let bytes) = parts[1]
        {
            self.init(value: bytes)
            return
        }
        let fields = try [String: [UInt8]](reply: reply)
        self.init(value: fields["value"], hasLock: fields["lockUntil"] != nil)
    }
}
