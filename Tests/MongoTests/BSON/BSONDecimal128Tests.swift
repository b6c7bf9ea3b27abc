import Testing

@testable import Mongo

@Suite struct BSONDecimal128Tests {
    @Test(arguments: [
        "0", "-0", "1", "-1", "1.50", "0.1", "0.000001", "1E-7", "1.0E-7", "123456789012345678901234567890.1234",
        "1E+3",
        "0E+3", "0E-6176", "0E+6111", "9.999999999999999999999999999999999E+6144", "1E-6176", "1.0E-6175", "NaN",
        "Infinity", "-Infinity", "0.00", "0E-7", "1234567890123456789012345678901234",
    ]) func `a number keeps its text, and libbson reads and writes the same`(text: String) throws {
        let number = try #require(BSONDecimal128(text))
        #expect(number.description == text)
        #expect(LibBSON.decimal128(text) == number)
        #expect(LibBSON.text(number) == text)
    }

    @Test(arguments: [
        ("+1", "1"), (".5", "0.5"), ("5.", "5"), ("00012", "12"), ("1e3", "1E+3"), ("1E+03", "1E+3"),
        ("inf", "Infinity"),
        ("-iNFinity", "-Infinity"), ("nan", "NaN"), ("10E-6177", "1E-6176"), ("1E+6112", "1.0E+6112"),
        ("1E+6144", "1.000000000000000000000000000000000E+6144"), ("0E+99999", "0E+6111"), ("0E-99999", "0E-6176"),
        ("12345678901234567890123456789012340", "1.234567890123456789012345678901234E+34"),
    ]) func `other spellings are read as the same number`(text: String, written: String) throws {
        let number = try #require(BSONDecimal128(text))
        #expect(number.description == written)
        #expect(LibBSON.decimal128(text) == number)
    }

    @Test(arguments: [
        "", "-", ".", "e5", "1e", "1e+", "1.2.3", "1x", " 1", "1 ", "--1", "1E6145", "1E-6177", "0x1", "1e5.5", "infin",
        "12345678901234567890123456789012345", "\u{663}",
    ]) func `what is no number or would be rounded is refused`(text: String) {
        #expect(BSONDecimal128(text) == nil)
    }

    @Test func `coefficients out of range are zero, as the standard says`() {
        #expect(BSONDecimal128(low: .max, high: 0x3041_FFFF_FFFF_FFFF).description == "0")
        #expect(BSONDecimal128(low: 5, high: 0x6C10_0000_0000_0000).description == "0")
    }

    @Test func `the special values are known`() {
        #expect(BSONDecimal128.notANumber.isNaN && !BSONDecimal128.notANumber.isInfinite)
        #expect(BSONDecimal128.infinity.isInfinite && !BSONDecimal128.infinity.isNaN)
        #expect(BSONDecimal128("-0")?.isNegative == true)
    }
}
