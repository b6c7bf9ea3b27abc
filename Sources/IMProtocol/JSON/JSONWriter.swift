/// Appends JSON text, with the escapes of Go's encoder, which is what OpenIM's clients are used to.
struct JSONWriter {
    /// The text so far.
    private(set) var bytes: [UInt8] = []

    private static let hexDigits = [UInt8]("0123456789abcdef".utf8)

    /// Appends a byte that stands for itself: a bracket, a comma, a colon.
    mutating func write(byte: Unicode.Scalar) {
        self.bytes.append(UInt8(ascii: byte))
    }

    /// Appends text that is JSON already.
    mutating func write(raw text: some Sequence<UInt8>) {
        self.bytes.append(contentsOf: text)
    }

    mutating func writeNull() {
        self.write(raw: "null".utf8)
    }

    mutating func write(_ value: Bool) {
        self.write(raw: (value ? "true" : "false").utf8)
    }

    mutating func write(_ value: some FixedWidthInteger) {
        self.write(raw: String(value).utf8)
    }

    /// Appends a finite double in the shortest form that reads back as itself; integers come without fraction.
    mutating func write(finite value: Double) {
        if value == value.rounded(.towardZero), let integer = Int64(exactly: value) {
            self.write(integer)
        } else {
            self.write(raw: value.description.utf8)
        }
    }

    /// Appends a quoted string.
    ///
    /// - Parameter text: valid UTF-8. The characters `<`, `>`, `&`, U+2028 and U+2029 are escaped besides those that
    ///   must be.
    mutating func write<Text: RandomAccessCollection>(string text: Text)
    where Text.Element == UInt8, Text.Index == Int {
        self.write(byte: "\"")
        var runStart = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            let (escape, length) = self.escape(in: text, at: index)
            if let escape {
                self.bytes.append(contentsOf: text[runStart..<index])
                self.bytes.append(contentsOf: escape)
                runStart = index + length
            }
            index += length
        }
        self.bytes.append(contentsOf: text[runStart..<text.endIndex])
        self.write(byte: "\"")
    }

    /// Appends a quoted string.
    mutating func write(string text: String) {
        self.write(string: [UInt8](text.utf8))
    }

    /// The escape for what stands at `index` (nil: it stands for itself), and how many bytes that is.
    private func escape<Text: RandomAccessCollection>(in text: Text, at index: Int) -> (escape: [UInt8]?, length: Int)
    where Text.Element == UInt8, Text.Index == Int {
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return ([UInt8(ascii: "\\"), byte], 1)
        case 0x08: return ([UInt8]("\\b".utf8), 1)
        case 0x0C: return ([UInt8]("\\f".utf8), 1)
        case 0x0A: return ([UInt8]("\\n".utf8), 1)
        case 0x0D: return ([UInt8]("\\r".utf8), 1)
        case 0x09: return ([UInt8]("\\t".utf8), 1)
        case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
            return ([UInt8]("\\u00".utf8) + [Self.hexDigits[Int(byte >> 4)], Self.hexDigits[Int(byte & 15)]], 1)
        case 0xE2 where text.endIndex - index >= 3 && text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8:
            return ([UInt8]("\\u202".utf8) + [Self.hexDigits[Int(text[index + 2] & 15)]], 3)
        default: return (nil, 1)
        }
    }

    /// Appends `value`.
    ///
    /// With `sortedKeys` the names of every object are sorted by their bytes, and of equal names the last one stays.
    mutating func write(_ value: JSONValue, sortedKeys: Bool) {
        switch value {
        case .null: self.writeNull()
        case .bool(let value): self.write(value)
        case .number(let number): self.write(raw: number.text.utf8)
        case .string(let text): self.write(string: text)
        case .array(let elements):
            self.write(byte: "[")
            for (index, element) in elements.enumerated() {
                if index > 0 { self.write(byte: ",") }
                self.write(element, sortedKeys: sortedKeys)
            }
            self.write(byte: "]")
        case .object(let members):
            self.write(byte: "{")
            for (index, member) in (sortedKeys ? Self.sorted(members) : members).enumerated() {
                if index > 0 { self.write(byte: ",") }
                self.write(string: member.name)
                self.write(byte: ":")
                self.write(member.value, sortedKeys: sortedKeys)
            }
            self.write(byte: "}")
        }
    }

    /// The members by the bytes of their names, one per name.
    ///
    /// The sort is stable, so the last of equal names is last.
    private static func sorted(_ members: [JSONMember]) -> [JSONMember] {
        let ordered = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return ordered.indices.compactMap { index in
            let next = index + 1
            let isRepeated = next < ordered.endIndex && ordered[next].name.utf8.elementsEqual(ordered[index].name.utf8)
            return isRepeated ? nil : ordered[index]
        }
    }
}
