/// Typed access. Each method throws `RedisError` with the code `.unexpectedReply` when the reply has another type, and
/// with the code `.server` when the reply is an error.
extension RedisValue {
    /// Whether the reply is `null`.
    public var isNull: Bool { self == .null }

    /// Checks for the status `OK`.
    public func expectOK() throws(RedisError) {
        guard case .status("OK") = self else { throw self.mismatch("status OK") }
    }

    /// The integer; a bulk string of decimal digits is accepted too, as `HGET` returns it.
    public func asInteger() throws(RedisError) -> Int64 {
        switch self {
        case .integer(let value):
            return value
        case .string(let bytes):
            guard let value = Int64(String(decoding: bytes, as: UTF8.self)) else { throw self.mismatch("integer") }
            return value
        default:
            throw self.mismatch("integer")
        }
    }

    /// The integer, or `nil` for `null`.
    public func asIntegerOrNil() throws(RedisError) -> Int64? {
        self.isNull ? nil : try self.asInteger()
    }

    /// The integer as a truth value: 0 is `false`, 1 is `true`.
    public func asBool() throws(RedisError) -> Bool {
        switch self {
        case .integer(0): false
        case .integer(1): true
        default: throw self.mismatch("0 or 1")
        }
    }

    /// The bytes of a bulk string or a status.
    public func asBytes() throws(RedisError) -> [UInt8] {
        switch self {
        case .string(let bytes): bytes
        case .status(let text): Array(text.utf8)
        default: throw self.mismatch("string")
        }
    }

    /// The bytes of a bulk string or a status, or `nil` for `null`.
    public func asBytesOrNil() throws(RedisError) -> [UInt8]? {
        self.isNull ? nil : try self.asBytes()
    }

    /// The text of a bulk string or a status, which must be valid UTF-8.
    public func asText() throws(RedisError) -> String {
        if case .status(let text) = self { return text }
        guard case .string(let bytes) = self else { throw self.mismatch("string") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw self.mismatch("UTF-8 string") }
        return text
    }

    /// The text of a bulk string or a status, or `nil` for `null`.
    public func asTextOrNil() throws(RedisError) -> String? {
        self.isNull ? nil : try self.asText()
    }

    /// The elements of an array.
    public func asArray() throws(RedisError) -> [RedisValue] {
        guard case .array(let values) = self else { throw self.mismatch("array") }
        return values
    }

    /// The fields of a hash, from an array in which names and values alternate (`HGETALL`).
    ///
    /// Names must be valid UTF-8.
    public func asFields() throws(RedisError) -> [String: [UInt8]] {
        let values = try self.asArray()
        guard values.count.isMultiple(of: 2) else { throw self.mismatch("array of even length") }
        var fields: [String: [UInt8]] = [:]
        fields.reserveCapacity(values.count / 2)
        for index in stride(from: 0, to: values.count, by: 2) {
            fields[try values[index].asText()] = try values[index + 1].asBytes()
        }
        return fields
    }

    /// What the reply is, without its content.
    var typeName: String {
        switch self {
        case .null: "null"
        case .integer: "integer"
        case .string(let bytes): "string of \(bytes.count) bytes"
        case .status: "status"
        case .array(let values): "array of \(values.count)"
        case .error: "error"
        }
    }

    private func mismatch(_ expected: String) -> RedisError {
        if case .error(let text) = self { return .server(text) }
        return RedisError(.unexpectedReply, "expected \(expected), got \(self.typeName)", mayHaveBeenApplied: true)
    }
}
