extension BSONValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The type, and the size where it differs, but not the value: it may be what users wrote.
    public var description: String {
        switch self {
        case .string(let text), .javaScript(let text), .symbol(let text):
            "\(self.bsonType)(\(text.utf8.count) bytes)"
        case .binary(let bytes, let subtype): "binary(\(bytes.count) bytes, subtype \(subtype))"
        case .document(let document): document.description
        case .array(let values): "array(\(values.count) values)"
        default: self.bsonType.description
        }
    }

    /// The same as `description`: collections print their elements this way, and so end up in logs.
    public var debugDescription: String {
        self.description
    }

    /// Nothing below the value.
    public var customMirror: Mirror {
        Mirror(self, children: [])
    }
}
