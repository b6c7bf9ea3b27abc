/// Ids from the system's source of chance.
enum RandomID {
    /// 128 random bits as 32 lower-case hexadecimal digits.
    static func hex() -> String {
        Self.digits(UInt64.random(in: .min ... .max)) + Self.digits(UInt64.random(in: .min ... .max))
    }

    /// A random UUID (RFC 9562, version 4).
    static func uuid() -> String {
        let high = UInt64.random(in: .min ... .max) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = UInt64.random(in: .min ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let (front, back) = (Self.digits(high), Self.digits(low))
        let groups = [
            front.prefix(8), front.dropFirst(8).prefix(4), front.suffix(4), back.prefix(4), back.dropFirst(4),
        ]
        return groups.joined(separator: "-")
    }

    private static func digits(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
