extension String: RedisReply {
    /// The text of a bulk string or a status, which must be valid UTF-8; the digits of an integer.
    public init(reply value: RedisValue) throws(RedisError) {
        switch value {
        case .string(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw value.mismatch("UTF-8 string") }
            self = text
        case .status(let text):
            self = text
        case .integer(let number):
            self = String(number)
        default:
            throw value.mismatch("string")
        }
    }
}

extension Double: RedisReply {
    /// The number of a bulk string, as scores are sent (`1.5`, `-inf`), or of an integer that a `Double` can hold.
    public init(reply value: RedisValue) throws(RedisError) {
        switch value {
        case .string(let bytes):
            guard let number = Double(String(decoding: bytes, as: UTF8.self)) else { throw value.mismatch("Double") }
            self = number
        case .integer(let integer):
            guard let number = Double(exactly: integer) else { throw value.mismatch("Double") }
            self = number
        default:
            throw value.mismatch("Double")
        }
    }
}

extension Bool: RedisReply {
    /// `true` for 1 and `OK`, `false` for 0 and `null`.
    ///
    /// So does the server say it: Lua's `true` and `false` become 1 and `null`, and a conditional `SET` replies `OK` or
    /// `null`.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) {
        switch value {
        case .integer(1), .status("OK"): self = true
        case .integer(0), .null: self = false
        default: throw value.mismatch("0 or 1")
        }
    }
}

extension RedisValue: RedisReply {
    /// The reply as it is; its elements may be errors.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) {
        if case .error = value { throw value.mismatch("value") }
        self = value
    }
}
