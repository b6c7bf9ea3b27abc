/// Writes small JSON objects as Go's encoder does, `<`, `>`, `&`, U+2028 and U+2029 escaped.
package struct EnvelopeJSONWriter {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []
    private var isFirst = true

    /// Starts an object with room for `capacity` bytes.
    package init(capacity: Int = 128) {
        self.bytes.reserveCapacity(capacity)
        self.bytes.append(UInt8(ascii: "{"))
    }

    /// Writes a member with a number.
    package mutating func member(_ key: StaticString, _ value: Int32) {
        self.key(key)
        self.bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes a member with a string.
    package mutating func member(_ key: StaticString, _ value: String) {
        self.key(key)
        Self.append(value, to: &self.bytes)
    }

    /// Writes a member whose value is JSON already.
    package mutating func member(_ key: StaticString, raw value: some Collection<UInt8>) {
        self.key(key)
        self.bytes.append(contentsOf: value)
    }

    /// Writes a member with bytes in standard padded base64, null when there are none.
    package mutating func member(_ key: StaticString, base64 value: [UInt8]) {
        self.key(key)
        guard !value.isEmpty else {
            self.bytes.append(contentsOf: "null".utf8)
            return
        }
        self.bytes.append(UInt8(ascii: "\""))
        self.bytes.append(contentsOf: Base64.encode(value))
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Ends the object and returns the whole.
    package consuming func finish() -> [UInt8] {
        self.bytes.append(UInt8(ascii: "}"))
        return self.bytes
    }

    private mutating func key(_ key: StaticString) {
        if !self.isFirst { self.bytes.append(UInt8(ascii: ",")) }
        self.isFirst = false
        self.bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
        self.bytes.append(UInt8(ascii: "\""))
        self.bytes.append(UInt8(ascii: ":"))
    }

    private static func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output.append(contentsOf: #"\""#.utf8)
            case "\\": output.append(contentsOf: #"\\"#.utf8)
            case "\n": output.append(contentsOf: #"\n"#.utf8)
            case "\r": output.append(contentsOf: #"\r"#.utf8)
            case "\t": output.append(contentsOf: #"\t"#.utf8)
            case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                output.append(contentsOf: "\\u".utf8)
                output.append(contentsOf: String(repeating: "0", count: 4 - digits.utf8.count).utf8)
                output.append(contentsOf: digits.utf8)
            default:
                output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
