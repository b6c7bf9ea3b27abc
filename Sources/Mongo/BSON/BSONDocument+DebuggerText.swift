extension BSONDocument {
    /// Keys and values, for a person at a debugger or in a test.
    ///
    /// Documents hold what users wrote: never put this into a log or an error. The library does not use it.
    ///
    /// - Parameter max: how many characters there may be; the rest is cut off and an ellipsis added.
    /// - Returns: a text in the manner of JSON, which no program can read back.
    public func debuggerText(charactersMax max: Int = 1_000) -> String {
        var text = ""
        Self.write(self, to: &text, max)
        return text.count > max ? text.prefix(max) + "…" : text
    }

    private static func write(_ document: BSONDocument, to text: inout String, _ max: Int) {
        text += "{"
        var separator = ""
        for (key, value) in document {
            guard text.utf8.count <= 4 * max else { return }
            text += "\(separator)\(key): "
            self.write(value, to: &text, max)
            separator = ", "
        }
        text += "}"
    }

    private static func write(_ value: BSONValue, to text: inout String, _ max: Int) {
        switch value {
        case .double(let number): text += "\(number)"
        case .int32(let number): text += "\(number)"
        case .int64(let number): text += "\(number)"
        case .bool(let flag): text += "\(flag)"
        case .string(let string): text += "\"\(string.prefix(max))\""
        case .document(let document): self.write(document, to: &text, max)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() where text.utf8.count <= 4 * max {
                text += index == 0 ? "" : ", "
                self.write(value, to: &text, max)
            }
            text += "]"
        case .binary(let bytes, let subtype): text += "binary \(subtype) (\(bytes.count) bytes)"
        case .objectID(let id): text += "\(id)"
        case .decimal128(let number): text += "\(number)"
        case .dateTime(let milliseconds): text += "dateTime \(milliseconds)"
        case .timestamp(let seconds, let increment): text += "timestamp \(seconds).\(increment)"
        case .regex(let pattern, let options): text += "/\(pattern.prefix(max))/\(options.prefix(max))"
        default: text += value.bsonType.description
        }
    }
}
