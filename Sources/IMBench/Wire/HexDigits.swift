/// Sixteen lower-case hex digits, as fields of a fixed width.
enum HexDigits {
    /// Writes the digits of `value` to the 16 bytes from `position` on.
    static func write(_ value: UInt64, to target: UnsafeMutableRawBufferPointer, at position: Int) {
        var rest = value
        for index in stride(from: position + 15, through: position, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            target[index] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
            rest >>= 4
        }
    }

    /// Reads the 16 bytes from `position` on; nil when one of them is no lower-case hex digit.
    static func read(_ bytes: UnsafeRawBufferPointer, at position: Int) -> UInt64? {
        guard bytes.count >= position + 16 else { return nil }
        var value: UInt64 = 0
        for index in position..<position + 16 {
            let byte = bytes[index]
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt64(byte &- 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(byte &- 0x57)
            default: return nil
            }
        }
        return value
    }
}
