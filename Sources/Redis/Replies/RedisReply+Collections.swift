extension Array: RedisReply where Element: RedisReply {
    /// The elements of an array; the bytes of a bulk string for `[UInt8]`.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) {
        self = try Element._array(reply: value)
    }
}

extension Optional: RedisReply where Wrapped: RedisReply {
    /// `nil` for `null`, else the value.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) {
        if case .null = value {
            self = nil
        } else {
            self = try Wrapped(reply: value)
        }
    }
}

extension Dictionary: RedisReply where Key: RedisReply, Value: RedisReply {
    /// The pairs of an array in which keys and values alternate (`HGETALL`).
    ///
    /// Of equal keys the last one counts.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) {
        guard case .array(let values) = value, values.count.isMultiple(of: 2) else {
            throw value.mismatch("array of pairs")
        }
        self.init(minimumCapacity: values.count / 2)
        var position = 0
        do throws(RedisError) {
            while position + 1 < values.count {
                let key = try Key(reply: values[position])
                position += 1
                self[key] = try Value(reply: values[position])
                position += 1
            }
        } catch {
            throw error.inside(position)
        }
    }
}
