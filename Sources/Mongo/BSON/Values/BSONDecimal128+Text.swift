// The text form of IEEE 754-2008 decimal128 in the encoding with a binary significand, as MongoDB stores it: bit 127 is
// the sign, then 14 bits of exponent with bias 6176, then 113 bits of coefficient.
extension BSONDecimal128 {
    private static let digitsMax = 34
    private static let exponentMin = -6_176
    private static let exponentMax = 6_111
    /// 10 to the power of 34: the first coefficient that is too large.
    private static let coefficientLimit: UInt128 = 10_000_000_000_000_000_000_000_000_000_000_000
    private static let infinityBits: UInt64 = 0x7800_0000_0000_0000
    private static let notANumberBits: UInt64 = 0x7C00_0000_0000_0000

    /// Positive infinity.
    public static let infinity = BSONDecimal128(low: 0, high: infinityBits)
    /// No number.
    public static let notANumber = BSONDecimal128(low: 0, high: notANumberBits)

    /// Whether it is not a number.
    public var isNaN: Bool {
        self.high & Self.notANumberBits == Self.notANumberBits
    }

    /// Whether it is positive or negative infinity.
    public var isInfinite: Bool {
        self.high & Self.notANumberBits == Self.infinityBits
    }

    /// Whether the sign is that of a negative number; zeros have one, too.
    public var isNegative: Bool {
        self.high >> 63 == 1
    }

    /// The coefficient and the power of ten by which it is multiplied.
    private var parts: (coefficient: UInt128, exponent: Int) {
        // With both bits behind the sign set, the coefficient would begin with 100 and be beyond 34 digits, which the
        // standard has read as zero.
        let isLarge = self.high >> 61 & 0b11 == 0b11
        let biased = isLarge ? self.high >> 47 & 0x3FFF : self.high >> 49 & 0x3FFF
        let exponent = Int(biased) + Self.exponentMin
        let coefficient = UInt128(self.high & 0x1_FFFF_FFFF_FFFF) << 64 | UInt128(self.low)
        return (isLarge || coefficient >= Self.coefficientLimit ? 0 : coefficient, exponent)
    }

    private init(isNegative: Bool, coefficient: UInt128, exponent: Int) {
        let biased = UInt64(exponent - Self.exponentMin)
        let top = UInt64(truncatingIfNeeded: coefficient >> 64)
        self.init(
            low: UInt64(truncatingIfNeeded: coefficient),
            high: (isNegative ? 1 << 63 : 0) | biased << 49 | top
        )
    }
}

extension BSONDecimal128: CustomStringConvertible {
    /// The number in the text form that keeps the exponent: "1.50" and "1.5" differ, "1E+3" is not "1000".
    ///
    /// The rules are those of the standard's "to-scientific-string": plain notation unless the exponent is positive or
    /// the number has more than six zeros behind the point.
    public var description: String {
        let sign = self.isNegative ? "-" : ""
        guard !self.isNaN else { return "NaN" }
        guard !self.isInfinite else { return sign + "Infinity" }
        let (coefficient, exponent) = self.parts
        let digits = String(coefficient)
        let adjusted = exponent + digits.utf8.count - 1
        guard exponent <= 0, adjusted >= -6 else {
            let first = String(digits.prefix(1))
            let rest = digits.dropFirst().isEmpty ? "" : "." + digits.dropFirst()
            return "\(sign)\(first)\(rest)E\(adjusted < 0 ? "" : "+")\(adjusted)"
        }
        guard exponent < 0 else { return sign + digits }
        let places = -exponent
        guard digits.utf8.count <= places else {
            return "\(sign)\(digits.dropLast(places)).\(digits.suffix(places))"
        }
        return sign + "0." + String(repeating: "0", count: places - digits.utf8.count) + digits
    }
}

extension BSONDecimal128: LosslessStringConvertible {
    /// The number in `text`, exactly.
    ///
    /// It is nil for what is no number, and for a number that would have to be rounded: more than 34 digits that count,
    /// or an exponent out of range. The exponent of zero is moved into the range.
    ///
    /// - Parameter text: an optional sign, then digits with an optional point and an optional exponent (`1.5e-3`), or
    ///   `NaN`, `Inf`, `Infinity` in upper or lower case.
    public init?(_ text: String) {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" {
            rest.removeFirst()
        }
        switch rest.lowercased() {
        case "nan":
            self = .notANumber
            return
        case "inf", "infinity":
            self = BSONDecimal128(low: 0, high: Self.infinityBits | (isNegative ? 1 << 63 : 0))
            return
        default: break
        }
        guard let number = DecimalText(rest) else { return nil }
        guard let (coefficient, exponent) = Self.fitted(number) else { return nil }
        self.init(isNegative: isNegative, coefficient: coefficient, exponent: exponent)
    }

    /// Coefficient and exponent within their ranges, of the same value.
    private static func fitted(_ number: DecimalText) -> (UInt128, Int)? {
        var digits = number.digits[...]
        var exponent = number.exponent
        guard !digits.isEmpty else { return (0, min(max(exponent, self.exponentMin), self.exponentMax)) }
        // Zeros at the end may go when there are too many digits, or too small an exponent.
        while digits.count > self.digitsMax || exponent < self.exponentMin {
            guard digits.last == 0, digits.count > 1 else { return nil }
            digits.removeLast()
            exponent += 1
        }
        // And may be added when the exponent is too large.
        var coefficient = digits.reduce(0 as UInt128) { $0 * 10 + UInt128($1) }
        var count = digits.count
        while exponent > self.exponentMax {
            guard count < self.digitsMax else { return nil }
            coefficient *= 10
            count += 1
            exponent -= 1
        }
        return (coefficient, exponent)
    }
}
