import FoundationEssentials
import Testing

@testable import Postgres

@Suite struct PostgresValueTests {
    @Test func `integers are read from every integer type within their range`() throws {
        #expect(try decode([0x80, 0, 0, 0, 0, 0, 0, 0], .int8) == Int64.min)
        #expect(try decode([255, 255], .int2) == Int64(-1))
        #expect(try decode([0x7F, 255, 255, 255], .int4) == Int.max >> 32)
        #expect(try decode([255, 255, 255, 255], .objectID) == UInt32.max)
        #expect(try decode([0, 0, 0, 0, 0x7F, 255, 255, 255], .int8) == Int32.max)
        #expect(try decode([0, 0, 0, 255], .int4) == UInt8.max)
        let outside: [PostgresError?] = [
            decodingError([0, 0, 0, 0, 0x80, 0, 0, 0], .int8, as: Int32.self),
            decodingError([255, 255, 255, 255], .int4, as: UInt64.self),
            decodingError([1, 0], .int2, as: UInt8.self),
            decodingError([255, 255, 255, 255], .objectID, as: Int32.self),
        ]
        #expect(outside.allSatisfy { $0?.code == .decoding && $0?.message.hasSuffix("out of range") == true })
    }

    @Test(arguments: [PostgresType.int2, .int4, .int8, .objectID, .float4, .float8, .bool, .uuid, .timestamptz, .date])
    func `a value of a fixed size with another size is an error`(type: PostgresType) {
        for count in [0, 1, 3, 5, 7, 9, 15, 17] where !(type == .bool && count == 1) {
            let bytes = [UInt8](repeating: 0, count: count)
            #expect(decodingError(bytes, type, as: Int64.self) != nil)
            #expect(decodingError(bytes, type, as: Double.self) != nil)
            #expect(decodingError(bytes, type, as: Float.self) != nil)
            #expect(decodingError(bytes, type, as: Bool.self) != nil)
            #expect(decodingError(bytes, type, as: UUID.self) != nil)
            #expect(decodingError(bytes, type, as: Date.self) != nil)
            #expect(decodingError(bytes, type, as: PostgresDate.self) != nil)
        }
    }

    @Test func `floating point numbers keep their pattern`() throws {
        for value in [0, -0.0, 1, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude] as [Double] {
            let bytes = try #require(encoded(value))
            #expect(try decode(bytes, .float8, as: Double.self).bitPattern == value.bitPattern)
            let narrow = try #require(encoded(Float(value)))
            #expect(try decode(narrow, .float4, as: Float.self).bitPattern == Float(value).bitPattern)
        }
        #expect(try decode(encoded(Double.nan) ?? [], .float8, as: Double.self).isNaN)
        #expect(try decode([0x3F, 0x80, 0, 0], .float4, as: Double.self) == 1)
        #expect(try decode([255, 255], .int2, as: Double.self) == -1)
        #expect(decodingError([0x3F, 0xF0, 0, 0, 0, 0, 0, 0], .float8, as: Float.self)?.code == .decoding)
    }

    @Test func `types that do not fit are errors that name both`() {
        let error = decodingError(Array("1".utf8), .text, as: Int.self)
        #expect(error?.message == "a value of type text cannot be read as Int")
        #expect(
            decodingError([0, 0, 0, 1], .int4, as: Bool.self)?.message == "a value of type int4 cannot be read as Bool"
        )
        #expect(decodingError([0, 0, 0, 1], .int4, as: String.self) != nil)
        #expect(decodingError([1], .bytea, as: String.self) != nil)
        #expect(decodingError([1], .text, as: [UInt8].self) != nil)
        #expect(
            decodingError([1], .text, as: [String].self)?.message.hasSuffix(
                "of type text cannot be read as Array<String>"
            ) == true
        )
    }

    @Test func `texts are UTF-8 and anything else is an error`() throws {
        for type in [PostgresType.text, .varchar, .blankPadded, .name, .json, .xml, .unknown] {
            #expect(try decode(Array("ünï 💬".utf8), type) == "ünï 💬")
            #expect(decodingError([0xFF, 0xFE], type, as: String.self)?.message.hasSuffix("not UTF-8") == true)
        }
        #expect(try decode([1] + Array(#"{"a": 1}"#.utf8), .jsonb) == #"{"a": 1}"#)
        #expect(decodingError([2, 0x7B, 0x7D], .jsonb, as: String.self) != nil)
        #expect(decodingError([], .jsonb, as: String.self) != nil)
    }

    @Test func `text format reads numbers, texts, bytes, uuids and every type as its text`() throws {
        #expect(try decode(Array("-42".utf8), .int4, .text) == -42)
        #expect(try decode(Array("1e3".utf8), .float8, .text, as: Double.self) == 1_000)
        #expect(try decode(Array("NaN".utf8), .float8, .text, as: Double.self).isNaN)
        #expect(try decode(Array("t".utf8), .bool, .text) == true)
        #expect(try decode(Array(#"\x00fF"#.utf8), .bytea, .text) == [0, 255] as [UInt8])
        #expect(try decode(Array("1.50".utf8), .numeric, .text, as: Decimal.self) == Decimal(15) / 10)
        #expect(try decode(Array("(1,2)".utf8), PostgresType(oid: 600), .text) == "(1,2)")
        let id = UUID()
        #expect(try decode(Array(id.uuidString.utf8), .uuid, .text) == id)
        #expect(decodingError(Array("2000-01-01 00:00:00+00".utf8), .timestamptz, .text, as: Date.self) != nil)
        #expect(decodingError(Array("{1,2}".utf8), .int4Array, .text, as: [Int].self) != nil)
        #expect(decodingError(Array("1.5".utf8), .numeric, .text, as: Int.self) != nil)
        #expect(decodingError(Array("yes".utf8), .bool, .text, as: Bool.self) != nil)
    }

    @Test(arguments: ["", "\\", "\\x0", "\\xzz", "abc", "\\x00é"])
    func `a malformed bytea in text format is an error`(text: String) {
        #expect(decodingError(Array(text.utf8), .bytea, .text, as: [UInt8].self)?.code == .decoding)
    }

    @Test func `an instant is a number of microseconds since 2000`() throws {
        #expect(encoded(Date(timeIntervalSince1970: 946_684_800)) == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(encoded(Date(timeIntervalSince1970: 946_684_799.999999)) == [UInt8](repeating: 255, count: 8))
        #expect(try decode([0, 0, 0, 0, 0, 0, 0, 0], .timestamptz) == Date(timeIntervalSince1970: 946_684_800))
        for (bytes, sign) in [
            ([0x7F] + [UInt8](repeating: 255, count: 7), ""), ([0x80] + [UInt8](repeating: 0, count: 7), "-"),
        ] {
            let error = decodingError(bytes, .timestamptz, as: Date.self)
            #expect(error?.message.hasSuffix(": \(sign)infinity is no instant") == true)
        }
        let zone = decodingError([UInt8](repeating: 0, count: 8), PostgresType(oid: 1_114), as: Date.self)
        #expect(zone?.message.contains("AT TIME ZONE") == true)
    }

    @Test func `an array is read with NULLs and any bounds, and refused with more dimensions`() throws {
        let head: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 23, 0, 0, 0, 2, 255, 255, 255, 251]
        let elements: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 7, 255, 255, 255, 255]
        #expect(try decode(head + elements, .int4Array) == [7, nil] as [Int?])
        let null = decodingError(head + elements, .int4Array, as: [Int].self)
        #expect(null?.message.contains("NULL cannot be read as Int") == true)
        #expect(try decode([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 23], .int4Array, as: [Int].self).isEmpty)
        let square: [UInt8] = [0, 0, 0, 2] + head.dropFirst(4) + [0, 0, 0, 1, 0, 0, 0, 1] + elements
        #expect(decodingError(square, .int4Array, as: [Int?].self)?.message.contains("2 dimensions; only one") == true)
        #expect(decodingError(square, .int4Array, as: [[Int]].self) != nil)
        for count in 0..<(head + elements).count {
            #expect(decodingError(Array((head + elements).prefix(count)), .int4Array, as: [Int?].self) != nil)
        }
        #expect(decodingError(head + elements + [0], .int4Array, as: [Int?].self) != nil)
        let lie: [UInt8] = head.prefix(12) + [0x7F, 255, 255, 255, 0, 0, 0, 1]
        #expect(decodingError(lie, .int4Array, as: [Int].self)?.message.contains("more elements than bytes") == true)
        let negative: [UInt8] = head.prefix(12) + [0, 0, 0, 1, 0, 0, 0, 1, 255, 255, 255, 254]
        #expect(decodingError(negative, .int4Array, as: [Int?].self) != nil)
    }
}
