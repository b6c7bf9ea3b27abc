import FoundationEssentials
import Testing

@testable import Postgres

@Suite struct PostgresNumericTests {
    /// A numeric of these words.
    private static func words(_ words: UInt16...) -> [UInt8] {
        words.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    @Test(arguments: [
        (words(0, 0, 0, 0), "0"), (words(0, 0, 0, 2), "0.00"), (words(1, 0, 0, 0), "\0"),
        (words(1, 0, 0, 0, 7), "7"), (words(1, 1, 0x4000, 0, 12), "-120000"), (words(2, 0, 0, 2, 1, 5_000), "1.50"),
        (words(1, 0xFFFF, 0, 4, 1), "0.0001"), (words(1, 0xFFFE, 0, 5, 1_000), "0.00001"),
        (words(3, 1, 0, 1, 1, 2, 3_000), "10002.3"), (words(0, 0, 0xC000, 0), "NaN"),
        (words(0, 0, 0xD000, 0), "Infinity"), (words(0, 0, 0xF000, 0), "-Infinity"),
    ])
    func `a numeric has the server's text form`(bytes: [UInt8], text: String) throws {
        guard text != "\0" else {
            #expect(decodingError(bytes, .numeric, as: String.self) != nil)
            return
        }
        #expect(try decode(bytes, .numeric) == text)
    }

    @Test func `NaN and the infinities are errors as a Decimal and numbers as a Double`() throws {
        for (sign, name) in [(0xC000, "NaN"), (0xD000, "infinity"), (0xF000, "infinity")] as [(UInt16, String)] {
            let error = decodingError(Self.words(0, 0, sign, 0), .numeric, as: Decimal.self)
            #expect(error?.message.hasSuffix(": \(name)") == true)
            #expect(decodingError(Self.words(0, 0, sign, 0), .numeric, as: Int.self) != nil)
        }
        #expect(try decode(Self.words(0, 0, 0xC000, 0), .numeric, as: Double.self).isNaN)
        #expect(try decode(Self.words(0, 0, 0xF000, 0), .numeric) == -Double.infinity)
    }

    @Test func `an integer is read from a numeric without fraction within its range`() throws {
        #expect(try decode(Self.words(1, 1, 0x4000, 2, 12), .numeric) == -120_000)
        #expect(try decode(Self.words(5, 4, 0x4000, 0, 922, 3_372, 368, 5_477, 5_808), .numeric) == Int64.min)
        #expect(try decode(Self.words(5, 4, 0, 0, 1_844, 6_744, 737, 955, 1_615), .numeric) == UInt64.max)
        #expect(decodingError(Self.words(5, 4, 0, 0, 1_844, 6_744, 737, 955, 1_615), .numeric, as: Int64.self) != nil)
        #expect(decodingError(Self.words(1, 0xFFFF, 0, 1, 5_000), .numeric, as: Int.self) != nil)
        #expect(decodingError(Self.words(1, 0x7FFF, 0, 0, 1), .numeric, as: Int.self) != nil)
        #expect(try decode(Self.words(0, 0, 0, 0), .numeric) == 0)
    }

    @Test(arguments: [
        "0", "1", "-1", "0.1", "-0.0001", "12345.6789", "10000", "100000000", "99999999999999999999999999999999999999",
        "-0.00000000000000000000000000000000000001", "340282366920938463463374607431768211455", "1e127", "-7e-128",
        "1234567890123456789.0123456789012345678",
    ])
    func `a Decimal comes back as it was`(text: String) throws {
        let value = try #require(Decimal(string: text))
        let bytes = try #require(encoded(value))
        #expect(try decode(bytes, .numeric, as: Decimal.self) == value)
    }

    @Test func `a numeric beyond what a Decimal can hold is an error`() {
        let digits = [UInt16](repeating: 9_999, count: 10)
        let long = Self.words(10, 9, 0, 0) + digits.flatMap { Self.words($0) }
        #expect(decodingError(long, .numeric, as: Decimal.self)?.message.contains("38 digits") == true)
        #expect(
            decodingError(Self.words(1, 0x7FFF, 0, 0, 1), .numeric, as: Decimal.self)?.message.contains("too large")
                == true
        )
        #expect(
            decodingError(Self.words(1, 0x8000, 0, 0, 1), .numeric, as: Decimal.self)?.message.contains("zero") == true
        )
    }

    @Test(arguments: [
        words(), words(0, 0, 0), words(2, 0, 0, 0, 1), words(0xFFFF, 0, 0, 0), words(1, 0, 0, 0, 10_000),
        words(0, 0, 1, 0), words(0, 0, 0, 0x4000),
    ])
    func `a malformed numeric is an error`(bytes: [UInt8]) {
        #expect(decodingError(bytes, .numeric, as: Decimal.self)?.code == .decoding)
        #expect(decodingError(bytes, .numeric, as: String.self)?.code == .decoding)
        #expect(decodingError(bytes, .numeric, as: Int.self)?.code == .decoding)
        #expect(decodingError(bytes, .numeric, as: Double.self)?.code == .decoding)
    }
}
