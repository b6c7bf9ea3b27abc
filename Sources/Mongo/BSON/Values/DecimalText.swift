/// The digits and the exponent of a decimal number as text.
struct DecimalText {
    /// Beyond this many digits or this exponent no decimal128 is left, whatever the other is.
    private static let lengthMax = 20_000

    /// Without zeros in front; empty for zero.
    private(set) var digits: [UInt8] = []
    /// The power of ten by which the number that the digits make is multiplied.
    private(set) var exponent = 0

    /// The number in `text`; nil unless it is digits, with a point or not, and an exponent or not.
    init?(_ text: Substring) {
        guard text.utf8.count <= Self.lengthMax else { return nil }
        var hasDigits = false
        var hasPoint = false
        var rest = text.utf8[...]
        scan: while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                hasDigits = true
                let digit = byte - UInt8(ascii: "0")
                if digit != 0 || !self.digits.isEmpty {
                    self.digits.append(digit)
                }
                self.exponent -= hasPoint ? 1 : 0
            case UInt8(ascii: "."):
                guard !hasPoint else { return nil }
                hasPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
            default: return nil
            }
            rest.removeFirst()
        }
        guard hasDigits else { return nil }
        if !rest.isEmpty {
            guard let exponent = Self.exponent(rest.dropFirst()) else { return nil }
            self.exponent += exponent
        }
    }

    /// An exponent, held within bounds that are out of range either way.
    private static func exponent(_ text: Substring.UTF8View) -> Int? {
        var rest = text
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") {
            rest.removeFirst()
        }
        guard !rest.isEmpty else { return nil }
        var exponent = 0
        for byte in rest {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            exponent = min(exponent * 10 + Int(byte - UInt8(ascii: "0")), 10 * self.lengthMax)
        }
        return isNegative ? -exponent : exponent
    }
}
