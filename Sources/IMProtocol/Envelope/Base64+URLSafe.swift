extension Base64 {
    /// The bytes of unpadded base64url text (RFC 4648 §5), as the query parameter `v` has it; nil when it is none.
    package static func decode(urlSafeUnpadded text: String) -> [UInt8]? {
        var standard: [UInt8] = []
        standard.reserveCapacity(text.utf8.count + 3)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), 0x0A, 0x0D: return nil
            default: standard.append(byte)
            }
        }
        let padding = (4 - standard.count % 4) % 4
        standard.append(contentsOf: repeatElement(UInt8(ascii: "="), count: padding))
        return self.decode(standard)
    }
}
