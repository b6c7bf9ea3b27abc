/// The members of one JSON object, read by type the way Go's decoder takes them.
///
/// Keys match in any case, unknown ones do not matter, and an absent or null member is the type's zero. What has another
/// type is an error.
package struct JSONFields: Sendable {
    private let object: JSONValue

    /// Reads the whole of `bytes` as an object, or as null, which counts as an empty one.
    package init(parsing bytes: [UInt8]) throws(EnvelopeError) {
        do {
            self.object = try JSONValue(parsing: bytes)
        } catch {
            throw EnvelopeError(.malformed, "\(error.reason) at byte \(error.position)")
        }
        switch self.object {
        case .object, .null: break
        default: throw EnvelopeError(.wrongType, "an object expected, got \(self.object.kindName)")
        }
    }

    /// The member as it is; nil when it is absent or null.
    package subscript(name: String) -> JSONValue? {
        self.object[name]
    }

    /// A text.
    package func string(_ name: String) throws(EnvelopeError) -> String {
        switch self.object[name] {
        case nil: return ""
        case .string(let text): return text
        case .some(let other): throw Self.mismatch(name, "a string", other)
        }
    }

    /// An integer of 32 bits, without fraction and exponent.
    package func int32(_ name: String) throws(EnvelopeError) -> Int32 {
        switch self.object[name] {
        case nil: return 0
        case .number(let number):
            guard let value: Int32 = number.integer() else {
                throw EnvelopeError(.outOfRange, "\(name): a number that is no 32-bit integer")
            }
            return value
        case .some(let other): throw Self.mismatch(name, "a number", other)
        }
    }

    /// A boolean.
    package func bool(_ name: String) throws(EnvelopeError) -> Bool {
        switch self.object[name] {
        case nil: return false
        case .bool(let value): return value
        case .some(let other): throw Self.mismatch(name, "a boolean", other)
        }
    }

    /// Bytes in standard padded base64.
    package func bytes(_ name: String) throws(EnvelopeError) -> [UInt8] {
        guard let bytes = Base64.decode(try self.string(name).utf8) else {
            throw EnvelopeError(.malformed, "\(name): not base64")
        }
        return bytes
    }

    private static func mismatch(_ name: String, _ expected: String, _ found: JSONValue) -> EnvelopeError {
        EnvelopeError(.wrongType, "\(name): \(expected) expected, got \(found.kindName)")
    }
}
