internal import IMProtocol

/// Reads the fields of a body that is no protobuf message, by the same strict rules.
///
/// Names match in any case, the last of repeated names counts, null is an absent field and an absent field the zero
/// value.
struct RequestFields {
    private let body: JSONValue

    /// Takes an object, or null for an empty one.
    init(_ body: JSONValue) throws(RequestBodyError) {
        switch body {
        case .object, .null: self.body = body
        default: throw RequestBodyError(text: "the value: expected object, found \(body.kindName)")
        }
    }

    /// The value of `name` as it is; nil when it is absent or null.
    subscript(name: String) -> JSONValue? {
        self.body[name]
    }

    func string(_ name: String) throws(RequestBodyError) -> String {
        guard let value = self.body[name] else { return "" }
        guard case .string(let text) = value else { throw Self.mismatch(name, "string", value) }
        return text
    }

    func integer<Integer: FixedWidthInteger>(
        _ name: String,
        as type: Integer.Type = Integer.self
    ) throws(RequestBodyError) -> Integer {
        guard let value = self.body[name] else { return 0 }
        guard case .number(let number) = value, let integer = number.integer(as: type) else {
            throw Self.mismatch(name, "\(type)".asciiLowercased(), value)
        }
        return integer
    }

    func bool(_ name: String) throws(RequestBodyError) -> Bool {
        guard let value = self.body[name] else { return false }
        guard case .bool(let flag) = value else { throw Self.mismatch(name, "bool", value) }
        return flag
    }

    private static func mismatch(_ name: String, _ expected: String, _ value: JSONValue) -> RequestBodyError {
        let found = JSONMappingError(path: name, expected: expected, found: value.kindName)
        return RequestBodyError(text: found.description)
    }
}
