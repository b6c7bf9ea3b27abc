/// A strict JSON reader (RFC 8259) over bytes that anybody may have sent.
struct JSONParser {
    /// The deepest nesting of arrays and objects that is read, so that no text can exhaust the stack.
    static let depthMax = 64
    /// The greatest number of values in one text.
    static let valuesMax = 1 << 21

    private let bytes: [UInt8]
    private var position = 0
    private var values = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the one value of the text.
    mutating func parseDocument() throws(JSONParseError) -> JSONValue {
        let value = try self.parseValue(depth: 0)
        self.skipWhiteSpace()
        guard self.position == self.bytes.count else { throw self.error("unexpected text after the value") }
        return value
    }

    private func error(_ reason: String) -> JSONParseError {
        JSONParseError(position: self.position, reason: reason)
    }

    /// The byte at the position; nil at the end.
    private var current: UInt8? {
        self.position < self.bytes.count ? self.bytes[self.position] : nil
    }

    private mutating func skipWhiteSpace() {
        while let byte = self.current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            self.position += 1
        }
    }

    /// Steps over `byte` if it is next.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard self.current == UInt8(ascii: byte) else { return false }
        self.position += 1
        return true
    }

    private mutating func parseValue(depth: Int) throws(JSONParseError) -> JSONValue {
        self.skipWhiteSpace()
        guard let first = self.current else { throw self.error("unexpected end of the text") }
        self.values += 1
        guard self.values <= Self.valuesMax else { throw self.error("more than \(Self.valuesMax) values") }
        switch first {
        case UInt8(ascii: "{"): return .object(try self.parseObject(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try self.parseArray(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try self.parseString())
        case UInt8(ascii: "t"): return try self.parseLiteral("true", .bool(true))
        case UInt8(ascii: "f"): return try self.parseLiteral("false", .bool(false))
        case UInt8(ascii: "n"): return try self.parseLiteral("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try self.parseNumber())
        default: throw self.error("a value was expected")
        }
    }

    private mutating func parseLiteral(_ word: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard self.current == word.withUTF8Buffer({ $0[index] }) else { throw self.error("expected \(word)") }
            self.position += 1
        }
        return value
    }

    private mutating func parseArray(depth: Int) throws(JSONParseError) -> [JSONValue] {
        try self.enter(depth)
        var elements: [JSONValue] = []
        if self.take("]") { return elements }
        while true {
            elements.append(try self.parseValue(depth: depth))
            self.skipWhiteSpace()
            if self.take("]") { return elements }
            guard self.take(",") else { throw self.error("expected a comma or the end of the array") }
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONParseError) -> [JSONMember] {
        try self.enter(depth)
        var members: [JSONMember] = []
        if self.take("}") { return members }
        while true {
            self.skipWhiteSpace()
            guard self.current == UInt8(ascii: "\"") else { throw self.error("expected the name of a member") }
            let name = try self.parseString()
            self.skipWhiteSpace()
            guard self.take(":") else { throw self.error("expected a colon after the name") }
            members.append(JSONMember(name, try self.parseValue(depth: depth)))
            self.skipWhiteSpace()
            if self.take("}") { return members }
            guard self.take(",") else { throw self.error("expected a comma or the end of the object") }
        }
    }

    /// Steps over the opening bracket and the white space behind it.
    private mutating func enter(_ depth: Int) throws(JSONParseError) {
        guard depth <= Self.depthMax else { throw self.error("more than \(Self.depthMax) levels") }
        self.position += 1
        self.skipWhiteSpace()
    }
}

// The scalars that take more than a line.
extension JSONParser {
    private mutating func parseNumber() throws(JSONParseError) -> JSONNumber {
        let start = self.position
        _ = self.take("-")
        if !self.take("0") {
            try self.parseDigits()
        }
        if self.take(".") {
            try self.parseDigits()
        }
        if self.take("e") || self.take("E") {
            if !self.take("+") {
                _ = self.take("-")
            }
            try self.parseDigits()
        }
        return JSONNumber(unchecked: String(decoding: self.bytes[start..<self.position], as: UTF8.self))
    }

    private mutating func parseDigits() throws(JSONParseError) {
        let start = self.position
        while let byte = self.current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            self.position += 1
        }
        guard self.position > start else { throw self.error("expected a digit") }
    }

    /// Reads a string; the position is at its opening quote.
    private mutating func parseString() throws(JSONParseError) -> String {
        self.position += 1
        let start = self.position
        var runStart = start
        // Used only once the string has an escape: what has been read so far, with escapes resolved.
        var resolved: [UInt8] = []
        while let byte = self.current {
            switch byte {
            case UInt8(ascii: "\""):
                let end = self.position
                self.position += 1
                resolved.append(contentsOf: self.bytes[runStart..<end])
                guard let text = String(validating: resolved, as: UTF8.self) else {
                    throw JSONParseError(position: start, reason: "a string is not valid UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                resolved.append(contentsOf: self.bytes[runStart..<self.position])
                self.position += 1
                try self.parseEscape(into: &resolved)
                runStart = self.position
            case 0..<0x20:
                throw self.error("a control character in a string must be escaped")
            default:
                self.position += 1
            }
        }
        throw self.error("unexpected end of a string")
    }

    /// Reads what follows a backslash.
    private mutating func parseEscape(into resolved: inout [UInt8]) throws(JSONParseError) {
        guard let byte = self.current else { throw self.error("unexpected end of a string") }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): resolved.append(byte)
        case UInt8(ascii: "b"): resolved.append(0x08)
        case UInt8(ascii: "f"): resolved.append(0x0C)
        case UInt8(ascii: "n"): resolved.append(0x0A)
        case UInt8(ascii: "r"): resolved.append(0x0D)
        case UInt8(ascii: "t"): resolved.append(0x09)
        case UInt8(ascii: "u"):
            self.position += 1
            let scalar = try self.parseEscapedScalar()
            resolved.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
            return
        default: throw self.error("unknown escape")
        }
        self.position += 1
    }

    /// Reads the four digits of `\u`, and the second half of a surrogate pair.
    private mutating func parseEscapedScalar() throws(JSONParseError) -> Unicode.Scalar {
        let start = self.position
        let first = try self.parseFourHexDigits()
        if let scalar = Unicode.Scalar(first) {
            return scalar
        }
        let lone = JSONParseError(position: start, reason: "a surrogate without its pair")
        guard first < 0xDC00, self.take("\\"), self.take("u") else { throw lone }
        let second = try self.parseFourHexDigits()
        guard (0xDC00...0xDFFF).contains(second) else { throw lone }
        guard let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else { throw lone }
        return scalar
    }

    private mutating func parseFourHexDigits() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw self.error("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            self.position += 1
        }
        return value
    }
}
