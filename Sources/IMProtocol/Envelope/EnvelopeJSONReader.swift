/// Reads small JSON objects in one pass, field by field, the way Go's decoder takes them: keys in any case, unknown keys
/// ignored, null leaving a field as it is, integers without fraction or exponent.
///
/// It builds no tree, for what comes by the long connection is read once, and its shape is known.
package struct EnvelopeJSONReader {
    /// Deeper nesting than this is refused; what is read here is one level deep.
    private static let depthMax = 128

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// Reads `bytes`, which stay valid as long as the reader is used.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Reads the whole input as one object, or as null, which counts as an empty one.
    ///
    /// - Parameter member: is called with each key in lower case (ASCII) and has to read the value or skip it.
    /// - Throws: when the input is no such object, and what `member` throws.
    package mutating func readDocument(
        _ member: (String, inout EnvelopeJSONReader) throws(EnvelopeError) -> Void
    ) throws(EnvelopeError) {
        if !self.consumeNull() {
            try self.readObject(member)
        }
        self.skipSpace()
        guard self.position == self.bytes.count else { throw self.malformed("bytes after the value") }
    }

    /// Passes over a null; false, and nothing read, when the next value is another.
    package mutating func consumeNull() -> Bool {
        self.skipSpace()
        guard self.hasLiteral("null") else { return false }
        self.position += 4
        return true
    }

    /// A boolean; null gives nil.
    package mutating func readBool() throws(EnvelopeError) -> Bool? {
        if self.consumeNull() { return nil }
        for (literal, value) in [("true" as StaticString, true), ("false", false)] where self.hasLiteral(literal) {
            self.position += literal.utf8CodeUnitCount
            return value
        }
        throw EnvelopeError(.wrongType, "no boolean at byte \(self.position)")
    }

    /// An integer of 32 bits; null gives nil.
    package mutating func readInt32() throws(EnvelopeError) -> Int32? {
        if self.consumeNull() { return nil }
        let start = self.position
        guard let first = self.peek(), first == UInt8(ascii: "-") || Self.isDigit(first) else {
            throw EnvelopeError(.wrongType, "no number at byte \(start)")
        }
        try self.skipNumber()
        let digits = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        guard let value = Int32(digits) else {
            throw EnvelopeError(.outOfRange, "a number at byte \(start) that is no 32-bit integer")
        }
        return value
    }

    /// A string; null gives nil.
    package mutating func readString() throws(EnvelopeError) -> String? {
        if self.consumeNull() { return nil }
        guard self.peek() == UInt8(ascii: "\"") else {
            throw EnvelopeError(.wrongType, "no string at byte \(self.position)")
        }
        return try self.readStringLiteral()
    }

    /// The text of the next value, whatever it is, unchanged.
    package mutating func readRaw() throws(EnvelopeError) -> [UInt8] {
        self.skipSpace()
        let start = self.position
        try self.skipValue()
        return Array(self.bytes[start..<self.position])
    }

    /// Passes over the next value, whatever it is.
    package mutating func skipValue() throws(EnvelopeError) {
        try self.skipValue(depth: 0)
    }

    private mutating func readObject(
        _ member: (String, inout EnvelopeJSONReader) throws(EnvelopeError) -> Void
    ) throws(EnvelopeError) {
        guard self.consume("{") else { throw EnvelopeError(.wrongType, "no object at byte \(self.position)") }
        if self.consume("}") { return }
        repeat {
            let key = Self.lowercased(try self.readKey())
            try member(key, &self)
        } while self.consume(",")
        guard self.consume("}") else { throw self.malformed("an object without end") }
    }

    private mutating func readKey() throws(EnvelopeError) -> String {
        self.skipSpace()
        guard self.peek() == UInt8(ascii: "\"") else { throw self.malformed("no key") }
        let key = try self.readStringLiteral()
        guard self.consume(":") else { throw self.malformed("a key without value") }
        return key
    }

    private mutating func skipValue(depth: Int) throws(EnvelopeError) {
        guard depth < Self.depthMax else { throw EnvelopeError(.unsupported, "JSON nested too deeply") }
        self.skipSpace()
        switch self.peek() {
        case UInt8(ascii: "\"")?:
            _ = try self.readStringLiteral()
        case UInt8(ascii: "{")?:
            self.position += 1
            if self.consume("}") { return }
            repeat {
                _ = try self.readKey()
                try self.skipValue(depth: depth + 1)
            } while self.consume(",")
            guard self.consume("}") else { throw self.malformed("an object without end") }
        case UInt8(ascii: "[")?:
            self.position += 1
            if self.consume("]") { return }
            repeat {
                try self.skipValue(depth: depth + 1)
            } while self.consume(",")
            guard self.consume("]") else { throw self.malformed("an array without end") }
        case UInt8(ascii: "t")?, UInt8(ascii: "f")?:
            _ = try self.readBool()
        case UInt8(ascii: "n")?:
            guard self.consumeNull() else { throw self.malformed("no value") }
        default:
            try self.skipNumber()
        }
    }

    /// Passes over a number as RFC 8259, section 6 has it.
    private mutating func skipNumber() throws(EnvelopeError) {
        if self.peek() == UInt8(ascii: "-") { self.position += 1 }
        if self.peek() == UInt8(ascii: "0") {
            self.position += 1
        } else {
            try self.skipDigits()
        }
        if self.peek() == UInt8(ascii: ".") {
            self.position += 1
            try self.skipDigits()
        }
        if let exponent = self.peek(), exponent | 0x20 == UInt8(ascii: "e") {
            self.position += 1
            if let sign = self.peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { self.position += 1 }
            try self.skipDigits()
        }
    }

    private mutating func skipDigits() throws(EnvelopeError) {
        let start = self.position
        while let byte = self.peek(), Self.isDigit(byte) { self.position += 1 }
        guard self.position > start else { throw self.malformed("a number without digits") }
    }
}

extension EnvelopeJSONReader {
    /// Reads a string whose opening quote is the next byte.
    private mutating func readStringLiteral() throws(EnvelopeError) -> String {
        self.position += 1
        let start = self.position
        while let byte = self.peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            self.position += 1
        }
        if self.peek() == UInt8(ascii: "\"") {
            self.position += 1
            return String(decoding: self.bytes[start..<self.position - 1], as: UTF8.self)
        }
        var text = Array(self.bytes[start..<self.position])
        while let byte = self.peek(), byte >= 0x20 {
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try self.readEscape(into: &text)
            default: text.append(byte)
            }
        }
        throw self.malformed("a string without end, or with a control character")
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(EnvelopeError) {
        guard let byte = self.peek() else { throw self.malformed("an escape without end") }
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try self.readUnicodeEscape()).utf8)
        default: throw self.malformed("an unknown escape")
        }
    }

    /// The character of one `\u` escape or of a surrogate pair; U+FFFD for half a pair.
    private mutating func readUnicodeEscape() throws(EnvelopeError) -> Unicode.Scalar {
        let first = try self.readHex4()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard first < 0xDC00, self.hasLiteral("\\u") else { return replacement }
        let afterFirst = self.position
        self.position += 2
        let second = try self.readHex4()
        guard (0xDC00...0xDFFF).contains(second) else {
            self.position = afterFirst
            return replacement
        }
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00))) ?? replacement
    }

    private mutating func readHex4() throws(EnvelopeError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw self.malformed("an escape without four hex digits")
            }
            self.position += 1
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func consume(_ character: Unicode.Scalar) -> Bool {
        self.skipSpace()
        guard self.peek() == UInt8(ascii: character) else { return false }
        self.position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = self.peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            self.position += 1
        }
    }

    private func peek() -> UInt8? {
        self.position < self.bytes.count ? self.bytes[self.position] : nil
    }

    private func hasLiteral(_ literal: StaticString) -> Bool {
        literal.withUTF8Buffer { self.bytes[self.position...].starts(with: $0) }
    }

    private func malformed(_ what: String) -> EnvelopeError {
        EnvelopeError(.malformed, "\(what) at byte \(self.position)")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// ASCII letters in lower case; `String.lowercased()` would also change other characters.
    private static func lowercased(_ key: String) -> String {
        guard key.utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else { return key }
        return String(
            decoding: key.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 },
            as: UTF8.self
        )
    }
}
