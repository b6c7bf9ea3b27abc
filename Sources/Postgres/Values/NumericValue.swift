/// The head of a numeric in binary format, with what can be read from it.
///
/// Four 16-bit words and then digits to the base of 10,000 (`numeric_send` in numeric.c): how many digits, the weight of
/// the first (as a power of 10,000), the sign, and how many decimal places are shown.
@usableFromInline
struct NumericValue {
    private let digitCount: Int
    private let weight: Int
    private let sign: UInt16
    private let scale: Int

    private static let negative: UInt16 = 0x4000
    private static let notANumber: UInt16 = 0xC000
    private static let infinity: UInt16 = 0xD000
    private static let negativeInfinity: UInt16 = 0xF000

    /// Reads the head and checks everything.
    ///
    /// - Parameters:
    ///   - bytes: the whole value.
    ///   - wanted: the type to name in an error.
    /// - Throws: `.decoding` for bytes that are no numeric.
    @usableFromInline
    init(_ bytes: RawSpan, for wanted: Any.Type) throws(PostgresError) {
        let malformed = PostgresErrorBuilder(wanted: wanted)
        guard bytes.byteCount >= 8 else { throw malformed("too few bytes") }
        self.digitCount = Int(bytes.bigEndian(at: 0, as: Int16.self))
        self.weight = Int(bytes.bigEndian(at: 2, as: Int16.self))
        self.sign = bytes.bigEndian(at: 4, as: UInt16.self)
        self.scale = Int(bytes.bigEndian(at: 6, as: Int16.self))
        guard self.digitCount >= 0, bytes.byteCount == 8 + 2 * self.digitCount else {
            throw malformed("the number of digits does not fit the number of bytes")
        }
        guard 0...0x3FFF ~= self.scale else { throw malformed("impossible scale") }
        switch self.sign {
        case 0, Self.negative: break
        case Self.notANumber, Self.infinity, Self.negativeInfinity: return
        default: throw malformed("impossible sign")
        }
        for index in 0..<self.digitCount where bytes.bigEndian(at: 8 + 2 * index, as: UInt16.self) > 9_999 {
            throw malformed("impossible digit")
        }
    }

    /// Whether it is less than zero; of no meaning for NaN and the infinities.
    var isNegative: Bool {
        self.sign == Self.negative
    }

    private func digit(_ index: Int, _ bytes: RawSpan) -> UInt16 {
        bytes.bigEndian(at: 8 + 2 * index, as: UInt16.self)
    }

    /// The value without its sign as `magnitude` times ten to the power of `exponent`, with the smallest magnitude.
    ///
    /// - Parameters:
    ///   - bytes: the same bytes as for `init`.
    ///   - wanted: the type to name in an error.
    /// - Returns: both, or 0 and 0.
    /// - Throws: `.decoding` for NaN, the infinities, and a magnitude of more than 128 bits.
    func scaled(
        _ bytes: RawSpan,
        for wanted: Any.Type
    ) throws(PostgresError) -> (magnitude: UInt128, exponent: Int) {
        let refused = PostgresErrorBuilder(wanted: wanted)
        switch self.sign {
        case Self.notANumber: throw refused("NaN")
        case Self.infinity, Self.negativeInfinity: throw refused("infinity")
        default: break
        }
        var last = self.digitCount - 1
        while last >= 0, self.digit(last, bytes) == 0 { last -= 1 }
        guard last >= 0 else { return (0, 0) }
        var magnitude: UInt128 = 0
        for index in 0..<last {
            magnitude = try Self.shift(magnitude, by: 10_000, plus: self.digit(index, bytes), refused)
        }
        // The last digit without its own zeros, so that as many digits fit as possible.
        var (digit, factor, exponent) = (self.digit(last, bytes), UInt128(10_000), 4 * (self.weight - last))
        while digit.isMultiple(of: 10) {
            digit /= 10
            factor /= 10
            exponent += 1
        }
        return (try Self.shift(magnitude, by: factor, plus: digit, refused), exponent)
    }

    private static func shift(
        _ magnitude: UInt128,
        by factor: UInt128,
        plus digit: UInt16,
        _ refused: PostgresErrorBuilder
    ) throws(PostgresError) -> UInt128 {
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: factor)
        let (sum, carry) = product.addingReportingOverflow(UInt128(digit))
        guard !overflow, !carry else { throw refused("more than 38 digits") }
        return sum
    }

    /// The text form of the server, with all decimal places of the scale.
    @usableFromInline
    func text(_ bytes: RawSpan) -> String {
        switch self.sign {
        case Self.notANumber: return "NaN"
        case Self.infinity: return "Infinity"
        case Self.negativeInfinity: return "-Infinity"
        default: break
        }
        var text: [UInt8] = self.isNegative ? [UInt8(ascii: "-")] : []
        let start = text.count
        if self.weight >= 0 {
            for position in 0...self.weight { self.append(position, to: &text, bytes) }
            let zeros = text[start...].prefix { $0 == UInt8(ascii: "0") }.count
            text.removeSubrange(start..<start + min(zeros, text.count - start - 1))
        } else {
            text.append(UInt8(ascii: "0"))
        }
        if self.scale > 0 {
            text.append(UInt8(ascii: "."))
            self.appendFraction(to: &text, bytes)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the decimal places, cut or filled up to the scale.
    private func appendFraction(to text: inout [UInt8], _ bytes: RawSpan) {
        let end = text.count + self.scale
        // The first digit after the point is the one of weight -1, at this position among those that were sent.
        var position = self.weight + 1
        while text.count < end {
            self.append(position, to: &text, bytes)
            position += 1
        }
        text.removeSubrange(end...)
    }

    /// Appends the four decimal digits of the digit at `position`, which may lie outside of those that were sent.
    private func append(_ position: Int, to text: inout [UInt8], _ bytes: RawSpan) {
        let digit = 0..<self.digitCount ~= position ? self.digit(position, bytes) : 0
        for factor: UInt16 in [1_000, 100, 10, 1] {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit / factor % 10))
        }
    }
}

/// Makes the error of a numeric only when it is thrown.
private struct PostgresErrorBuilder {
    let wanted: Any.Type

    func callAsFunction(_ reason: String) -> PostgresError {
        .undecodable(self.wanted, from: .numeric, .binary, reason)
    }
}
