/// EnvelopeBase64 (RFC 4648): standard with padding in JSON envelopes, URL-safe without padding in the query parameter `v`.
package enum EnvelopeBase64 {
    /// Which characters stand for 62 and 63, and whether `=` fills up the last group.
    package enum Variant: Sendable {
        case standard
        case urlSafeUnpadded
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let standardValues = values(of: "+/")
    private static let urlSafeValues = values(of: "-_")
    private static let noValue: UInt8 = 0xFF

    /// Appends `bytes` in the standard variant.
    package static func encode(_ bytes: [UInt8], into output: inout [UInt8]) {
        output.reserveCapacity(output.count + (bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
            }
            for offset in 0..<4 {
                let value = Int(group >> UInt32(18 - 6 * offset)) & 63
                output.append(offset <= count ? self.alphabet[value] : UInt8(ascii: "="))
            }
            index += 3
        }
    }

    /// The bytes that `text` stands for; nil when it is not base64. Line breaks are ignored, as Go does.
    package static func decode(_ text: String, _ variant: Variant = .standard) -> [UInt8]? {
        let values = variant == .standard ? self.standardValues : self.urlSafeValues
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count / 4 * 3 + 3)
        var group: UInt32 = 0
        var groupCount = 0
        var padding = 0
        for byte in text.utf8 where byte != 0x0A && byte != 0x0D {
            if byte == UInt8(ascii: "="), variant == .standard {
                padding += 1
                continue
            }
            let value = values[Int(byte)]
            guard value != self.noValue, padding == 0 else { return nil }
            group = group << 6 | UInt32(value)
            groupCount += 1
            if groupCount == 4 {
                Self.append(group, count: 3, to: &output)
                group = 0
                groupCount = 0
            }
        }
        let paddingNeeded = variant == .standard && groupCount > 0 ? 4 - groupCount : 0
        guard groupCount != 1, padding == paddingNeeded else { return nil }
        if groupCount > 1 {
            Self.append(group << UInt32(6 * (4 - groupCount)), count: groupCount - 1, to: &output)
        }
        return output
    }

    private static func append(_ group: UInt32, count: Int, to output: inout [UInt8]) {
        for offset in 0..<count {
            output.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * offset)))
        }
    }

    private static func values(of lastTwo: String) -> [UInt8] {
        var values = [UInt8](repeating: self.noValue, count: 256)
        for (value, byte) in (self.alphabet.prefix(62) + Array(lastTwo.utf8)).enumerated() {
            values[Int(byte)] = UInt8(truncatingIfNeeded: value)
        }
        return values
    }
}
