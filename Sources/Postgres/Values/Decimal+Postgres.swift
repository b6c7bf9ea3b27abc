public import FoundationEssentials

extension Decimal: PostgresDecodable {
    /// A numeric of at most 38 significant digits, or any integer.
    ///
    /// NaN and the infinities are errors, and so is what has more digits (read it as `String`). How many decimal places
    /// the server shows is lost: 1.50 is 1.5.
    public init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
        guard type == .numeric else {
            guard IntegerCodec.types.contains(type) else { throw .undecodable(Decimal.self, from: type, format) }
            self = Decimal(try Int64(postgres: bytes, type: type, format: format))
            return
        }
        guard format == .binary else {
            let text = try String(utf8: bytes, for: Decimal.self, from: type, format)
            guard let value = Decimal(string: text), value.isFinite else {
                throw .undecodable(Decimal.self, from: type, format, "no decimal number")
            }
            self = value
            return
        }
        let numeric = try NumericValue(bytes, for: Decimal.self)
        var (magnitude, exponent) = try numeric.scaled(bytes, for: Decimal.self)
        // The exponent of a Decimal is an 8-bit number.
        while exponent > 127 {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            guard !overflow else { break }
            (magnitude, exponent) = (product, exponent - 1)
        }
        guard -128...127 ~= exponent else {
            throw .undecodable(Decimal.self, from: type, format, "too large, or too close to zero")
        }
        let low = Decimal(UInt64(truncatingIfNeeded: magnitude))
        let high = UInt64(truncatingIfNeeded: magnitude >> 64)
        let whole = high == 0 ? low : Decimal(high) * Self.twoToThe64 + low
        self.init(sign: numeric.isNegative ? .minus : .plus, exponent: exponent, significand: whole)
    }

    private static let twoToThe64 = Decimal(UInt64.max) + 1
}

extension Decimal: PostgresArrayElement {
    /// numeric.
    public static var postgresType: PostgresType { .numeric }
    /// numeric[].
    public static var postgresArrayType: PostgresType { .numericArray }

    /// Writes the exact value; NaN is refused.
    public func encodePostgres(to writer: inout PostgresValueWriter) {
        guard self.isFinite else {
            writer.refuse("a Decimal that is no number is not sent as numeric")
            return
        }
        let digits = DecimalDigits(self)
        writer.write(Int16(truncatingIfNeeded: digits.groups.count))
        writer.write(Int16(truncatingIfNeeded: digits.weight))
        writer.write((self.isSignMinus && !digits.groups.isEmpty ? 0x4000 : 0) as UInt16)
        writer.write(Int16(truncatingIfNeeded: digits.scale))
        for group in digits.groups { writer.write(group) }
    }
}

/// The digits of a `Decimal` to the base of 10,000.
private struct DecimalDigits {
    /// Neither the first nor the last is 0.
    private(set) var groups: [UInt16] = []
    /// The power of 10,000 that the first one counts.
    private(set) var weight = 0
    /// The number of decimal places.
    let scale: Int

    init(_ value: Decimal) {
        // All digits and no exponent, whatever the locale; there is no other public way to the digits.
        let parts = value.description.utf8.drop { $0 == UInt8(ascii: "-") }
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let whole = parts.first.map { Array($0) } ?? []
        let fraction = parts.count > 1 ? Array(parts[1]) : []
        self.scale = fraction.count
        let padding = [UInt8](repeating: UInt8(ascii: "0"), count: 3)
        let digits =
            padding.prefix((4 - whole.count % 4) % 4) + whole + fraction + padding.prefix((4 - fraction.count % 4) % 4)
        self.weight = (whole.count + 3) / 4 - 1
        for start in stride(from: 0, to: digits.count, by: 4) {
            let group = digits[digits.startIndex + start..<digits.startIndex + start + 4]
            self.groups.append(group.reduce(0) { $0 * 10 + UInt16($1 - UInt8(ascii: "0")) })
        }
        let zeros = self.groups.prefix { $0 == 0 }.count
        self.groups.removeFirst(zeros)
        self.weight = self.groups.isEmpty ? 0 : self.weight - zeros
        while self.groups.last == 0 { self.groups.removeLast() }
    }
}
