/// Turns JSON into protobuf's binary form.
struct ProtoJSONDecoder {
    private let path: FieldPath

    init(path: FieldPath) {
        self.path = path
    }

    /// The binary form of the message that `value`, an object, describes.
    func message(_ value: JSONValue, _ schema: MessageSchema) throws(JSONMappingError) -> [UInt8] {
        guard case .object(let members) = value else { throw self.error("object", value) }
        var chosen = [JSONValue?](repeating: nil, count: schema.fields.count)
        for member in members {
            guard let position = schema.position(named: member.name) else { continue }
            chosen[position] = member.value
        }
        var writer = WireWriter()
        for (field, value) in zip(schema.fields, chosen) {
            guard let value, value != .null else { continue }
            let decoder = ProtoJSONDecoder(path: .field(field.name, of: self.path))
            switch field.label {
            case .single: try decoder.writeSingle(value, field, keepsZero: false, to: &writer)
            case .optional: try decoder.writeSingle(value, field, keepsZero: true, to: &writer)
            case .repeated: try decoder.writeList(value, field, to: &writer)
            case .map(let key): try decoder.writeMap(value, key: key, field, to: &writer)
            }
        }
        return writer.bytes
    }

    private func error(_ expected: String, _ value: JSONValue) -> JSONMappingError {
        JSONMappingError(path: self.path.text, expected: expected, found: value.kindName)
    }

    private func writeSingle(
        _ value: JSONValue,
        _ field: FieldSchema,
        keepsZero: Bool,
        to writer: inout WireWriter
    ) throws(JSONMappingError) {
        switch field.kind {
        case .scalar(let kind):
            try self.scalar(value, kind).write(field.number, kind.wireType, keepsZero: keepsZero, to: &writer)
        case .message, .wrapper: writer.write(field.number, try self.nested(value, field.kind))
        }
    }

    private func writeList(
        _ value: JSONValue,
        _ field: FieldSchema,
        to writer: inout WireWriter
    ) throws(JSONMappingError) {
        guard case .array(let elements) = value else { throw self.error("array", value) }
        guard !elements.isEmpty else { return }
        var packed = WireWriter()
        for (index, element) in elements.enumerated() {
            let decoder = ProtoJSONDecoder(path: .index(index, of: self.path))
            switch field.kind {
            case .scalar(let kind):
                switch try decoder.scalar(element, kind) {
                case .number(let number): packed.writeBare(kind.wireType, number)
                case .bytes(let bytes): writer.write(field.number, bytes)
                }
            case .message, .wrapper: writer.write(field.number, try decoder.nested(element, field.kind))
            }
        }
        if !packed.bytes.isEmpty {
            writer.write(field.number, packed.bytes)
        }
    }

    private func writeMap(
        _ value: JSONValue,
        key keyKind: ScalarKind,
        _ field: FieldSchema,
        to writer: inout WireWriter
    ) throws(JSONMappingError) {
        guard case .object(let members) = value else { throw self.error("object", value) }
        for member in members {
            let decoder = ProtoJSONDecoder(path: .field(member.name, of: self.path))
            var entry = WireWriter()
            try decoder.key(member.name, keyKind).write(1, keyKind.wireType, keepsZero: true, to: &entry)
            switch field.kind {
            case .scalar(let kind):
                try decoder.scalar(member.value, kind).write(2, kind.wireType, keepsZero: true, to: &entry)
            case .message, .wrapper: entry.write(2, try decoder.nested(member.value, field.kind))
            }
            writer.write(field.number, entry.bytes)
        }
    }

    /// The key of a map; keys that are numbers stand in quotes.
    private func key(_ name: String, _ kind: ScalarKind) throws(JSONMappingError) -> WireScalar {
        guard kind != .string else { return .bytes([UInt8](name.utf8)) }
        return try self.scalar(.number(JSONNumber(unchecked: name)), kind)
    }

    /// The binary form of a nested message; that of an empty one for null, which lists and maps may hold.
    private func nested(_ value: JSONValue, _ kind: FieldKind) throws(JSONMappingError) -> [UInt8] {
        switch kind {
        case .message(let index):
            return value == .null ? [] : try self.message(value, MessageSchemas.all.list[index])
        case .wrapper(let scalar), .scalar(let scalar):
            var inner = WireWriter()
            try self.scalar(value, scalar).write(1, scalar.wireType, keepsZero: false, to: &inner)
            return inner.bytes
        }
    }

    /// One scalar; null is the zero value.
    private func scalar(_ value: JSONValue, _ kind: ScalarKind) throws(JSONMappingError) -> WireScalar {
        switch (kind, value) {
        case (.string, .null), (.bytes, .null): return .bytes([])
        case (_, .null): return .number(0)
        case (.string, .string(let text)): return .bytes([UInt8](text.utf8))
        case (.bytes, .string(let text)):
            guard let bytes = Base64.decode(text.utf8) else {
                throw JSONMappingError(path: self.path.text, expected: "base64", found: "another text")
            }
            return .bytes(bytes)
        case (.bool, .bool(let value)): return .number(value ? 1 : 0)
        case (.string, _), (.bytes, _): throw self.error("string", value)
        case (.bool, _): throw self.error("bool", value)
        case (_, .number(let number)): return .number(try self.number(number, kind))
        default: throw self.error(kind.rawValue, value)
        }
    }

    /// A number as the 64 bits that the binary form holds.
    private func number(_ number: JSONNumber, _ kind: ScalarKind) throws(JSONMappingError) -> UInt64 {
        let bits: UInt64? =
            switch kind {
            case .int32, .enum: number.integer(as: Int32.self).map { UInt64(bitPattern: Int64($0)) }
            case .int64: number.integer(as: Int64.self).map { UInt64(bitPattern: $0) }
            case .uint32: number.integer(as: UInt32.self).map { UInt64($0) }
            case .uint64: number.integer(as: UInt64.self)
            case .double: number.double?.bitPattern
            case .float: number.float.map { UInt64($0.bitPattern) }
            case .string, .bytes, .bool: nil
            }
        guard let bits else {
            throw JSONMappingError(
                path: self.path.text,
                expected: kind.rawValue,
                found: "a number with a fraction, an exponent, or out of range"
            )
        }
        return bits
    }
}
