extension RedisValue {
    /// The number of an integer or of a bulk string of decimal digits, as `HGET` returns it.
    @inlinable
    func number<Number: FixedWidthInteger>(_: Number.Type) throws(RedisError) -> Number {
        guard case .integer(let value) = self else { return try self.digits(Number.self) }
        guard let number = Number(exactly: value) else { throw self.mismatch("\(Number.self)") }
        return number
    }

    @usableFromInline
    func digits<Number: FixedWidthInteger>(_: Number.Type) throws(RedisError) -> Number {
        guard case .string(let bytes) = self, let number = Number(String(decoding: bytes, as: UTF8.self)) else {
            throw self.mismatch("\(Number.self)")
        }
        return number
    }
}

extension Int: RedisReply {
    /// The number of an integer or of a bulk string of digits.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) { self = try value.number(Int.self) }
}

extension Int32: RedisReply {
    /// The number of an integer or of a bulk string of digits, which must be within range.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) { self = try value.number(Int32.self) }
}

extension Int64: RedisReply {
    /// The number of an integer or of a bulk string of digits.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) { self = try value.number(Int64.self) }
}

extension UInt64: RedisReply {
    /// The number of an integer or of a bulk string of digits, which must be within range.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) { self = try value.number(UInt64.self) }
}

extension UInt8: RedisReply {
    /// The number of an integer or of a bulk string of digits, which must be within range.
    @inlinable
    public init(reply value: RedisValue) throws(RedisError) { self = try value.number(UInt8.self) }

    /// The bytes of a bulk string or a status, for `[UInt8]`.
    @inlinable
    public static func _array(reply value: RedisValue) throws(RedisError) -> [UInt8] {
        switch value {
        case .string(let bytes): bytes
        case .status(let text): Array(text.utf8)
        default: throw value.mismatch("string")
        }
    }
}
