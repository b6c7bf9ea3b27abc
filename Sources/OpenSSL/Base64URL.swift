/// Base64 with the alphabet for URLs and file names, without padding (RFC 4648, section 5).
public enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// For each byte its six bits, or 255.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// The text for `bytes`.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var pending: UInt32 = 0
        var pendingBits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBits += 8
            while pendingBits >= 6 {
                pendingBits -= 6
                text.append(self.alphabet[Int(pending >> UInt32(pendingBits) & 63)])
            }
        }
        if pendingBits > 0 {
            text.append(self.alphabet[Int(pending << UInt32(6 - pendingBits) & 63)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of `text`; `nil` for another character, padding, an impossible length, or set bits that are left over.
    public static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var pending: UInt32 = 0
        var pendingBits = 0
        for character in text.utf8 {
            let value = self.values[Int(character)]
            guard value != 255 else { return nil }
            pending = pending << 6 | UInt32(value)
            pendingBits += 6
            if pendingBits >= 8 {
                pendingBits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits)))
            }
        }
        // More than one way to write the same bytes would let a signature be altered without being broken.
        guard pendingBits < 6, pending & (1 << UInt32(pendingBits) - 1) == 0 else { return nil }
        return bytes
    }
}
