/// Any JSON value, close to its text: numbers keep their digits, objects their order and their repeated names.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// Reads one value that makes up the whole of `bytes`, apart from white space.
    ///
    /// - Throws: what is wrong and where: bad grammar, bad UTF-8, a lone surrogate, text after the value, more than
    ///   64 levels, more than 2,097,152 values (which bounds the memory that a small text can claim).
    package init(parsing bytes: [UInt8]) throws(JSONParseError) {
        var parser = JSONParser(bytes)
        self = try parser.parseDocument()
    }

    /// Reads one value that makes up the whole of `text`.
    package init(parsing text: String) throws(JSONParseError) {
        try self.init(parsing: [UInt8](text.utf8))
    }

    /// The integer `value`.
    package static func integer(_ value: some FixedWidthInteger) -> JSONValue {
        .number(JSONNumber(value))
    }

    /// The value as UTF-8 text without white space, escaped as Go's encoder does it.
    ///
    /// With `sortedKeys` the names of every object are sorted by their bytes, and of equal names the last one stays.
    package func encoded(sortedKeys: Bool = false) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(self, sortedKeys: sortedKeys)
        return writer.bytes
    }

    /// The value of member `name`, compared without regard to the case of ASCII letters; of several the last one.
    ///
    /// - Returns: nil when this is no object, when there is no such member, and when its value is null.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        let found = members.last { $0.name.equalsIgnoringASCIICase(name) }
        guard let found, found.value != .null else { return nil }
        return found.value
    }

    /// What kind of value this is, for error messages.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension String {
    /// Whether both have the same bytes once ASCII letters are in lower case.
    package func equalsIgnoringASCIICase(_ other: String) -> Bool {
        self.utf8.elementsEqual(other.utf8) { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// This text with ASCII letters in lower case.
    package func asciiLowercased() -> String {
        String(decoding: self.utf8.map(\.asciiLowercased), as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
