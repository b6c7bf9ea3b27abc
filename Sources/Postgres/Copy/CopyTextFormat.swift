/// COPY's text format: a line for each row, tabs between values (PostgreSQL manual, COPY, "Text Format").
enum CopyTextFormat {
    static let separator: UInt8 = 0x09
    static let newline: UInt8 = 0x0A
    /// What stands for NULL.
    static let null: [UInt8] = [0x5C, 0x4E]
    private static let backslash: UInt8 = 0x5C

    /// Writes a value with its special characters escaped; one with U+0000 is refused.
    static func write(_ value: String, to writer: inout PostgresValueWriter) {
        var value = value
        value.withUTF8 { utf8 in
            // Runs of ordinary bytes go out in one piece.
            var start = 0
            for index in utf8.indices {
                guard let letter = self.escape(utf8[index]) else { continue }
                writer.write(bytes: utf8[start..<index])
                start = index + 1
                guard letter != 0 else {
                    return writer.refuse("a text must not contain the character U+0000, which PostgreSQL cannot hold")
                }
                writer.write(self.backslash)
                writer.write(letter)
            }
            writer.write(bytes: utf8[start...])
        }
    }

    /// What follows the backslash in place of `byte`; 0 for the byte that has no place in a text, nil for ordinary ones.
    private static func escape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0B: UInt8(ascii: "v")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        case 0x5C: self.backslash
        case 0x00: 0
        default: nil
        }
    }
}
