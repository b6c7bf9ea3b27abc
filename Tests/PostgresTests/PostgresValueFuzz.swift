import FoundationEssentials
import TestKit
import Testing

@testable import Postgres

@Suite struct PostgresValueFuzz {
    private enum Level: Int, PostgresCodable { case low, high }
    private enum Mood: String, PostgresCodable { case happy, sad }

    /// Every type that reads by code of its own.
    private static let types: [any PostgresDecodable.Type] = [
        Int64.self, Int32.self, Int8.self, UInt64.self, UInt8.self, Bool.self, Double.self, Float.self, String.self,
        [UInt8].self, UUID.self, Date.self, PostgresDate.self, Decimal.self, PostgresJSON<[String: Int]>.self,
        [Int64].self, [Int32?].self, [String?].self, [[UInt8]].self, [Decimal].self, [Bool?].self, [[Int]].self,
        Level.self, Mood.self, Int64?.self,
    ]

    private static let columns: [PostgresType] = [
        .bool, .bytea, .int8, .int2, .int4, .text, .objectID, .json, .float4, .float8, .varchar, .date, .timestamptz,
        .numeric, .uuid, .jsonb, .int8Array, .int4Array, .textArray, .byteaArray, .numericArray, .boolArray,
        PostgresType(oid: 1_114), PostgresType(oid: 16_384), PostgresType(oid: 0), PostgresType(oid: .max),
    ]

    /// Well-formed values, from which the inputs are made by damage.
    private static let valid: [[UInt8]] = [
        [], [1], [0, 1], [0, 0, 0, 1], [0x7F, 255, 255, 255, 255, 255, 255, 255], [0x80, 0, 0, 0, 0, 0, 0, 0],
        Array("text ünï".utf8), Array(#"{"a":1}"#.utf8), [1] + Array(#"{"a":[1,"b"]}"#.utf8), Array("-12.5".utf8),
        Array("Infinity".utf8), Array("\\x00ff".utf8), encoded(UUID()) ?? [], encoded(Date()) ?? [],
        encoded(Decimal(string: "-12345678901234567890.123456789")) ?? [], [0, 0, 0, 0, 0xC0, 0, 0, 0],
        encoded([Int64.min, 0, .max]) ?? [], encoded([Int32(1), nil, 3]) ?? [], encoded(["a", nil, ""]) ?? [],
        encoded([[1, 2], []] as [[UInt8]]) ?? [], encoded([Decimal(1), Decimal(-2)]) ?? [], encoded([true, nil]) ?? [],
        encoded([String]()) ?? [],
    ]

    @Test(arguments: FuzzBudget.seeds) func `any bytes decode or are an error and never a trap`(seed: Seed) {
        var random = seed.generator()
        for step in 0..<FuzzBudget.inputs(usual: 5_000) {
            let bytes = Self.input(using: &random)
            let column = Self.columns[Int(random.next() % UInt64(Self.columns.count))]
            let format: PostgresFormat = random.next() % 8 == 0 ? .text : .binary
            let wanted = Self.types[Int(random.next() % UInt64(Self.types.count))]
            guard let error = Self.error(bytes, column, format, wanted) else { continue }
            if error.code != .decoding {
                Issue.record("\(seed), step \(step): \(error) for \(wanted) from \(column) in \(bytes)")
                return
            }
        }
    }

    @Test(arguments: FuzzBudget.seeds) func `a column that fits its type is read from any bytes without a trap`(
        seed: Seed
    ) {
        let pairs: [(any PostgresDecodable.Type, PostgresType)] = [
            (Decimal.self, .numeric), (Int64.self, .numeric), (Double.self, .numeric), (String.self, .numeric),
            ([Int64].self, .int8Array), ([String?].self, .textArray), ([Decimal?].self, .numericArray),
            ([[UInt8]].self, .byteaArray), (PostgresJSON<[String: Int]>.self, .jsonb), (Date.self, .timestamptz),
            (PostgresDate.self, .date), (Mood.self, PostgresType(oid: 20_000)), (String.self, .text),
        ]
        var random = seed.generator()
        for step in 0..<FuzzBudget.inputs(usual: 5_000) {
            let bytes = Self.input(using: &random)
            let (wanted, column) = pairs[Int(random.next() % UInt64(pairs.count))]
            guard let error = Self.error(bytes, column, .binary, wanted) else { continue }
            if error.code != .decoding {
                Issue.record("\(seed), step \(step): \(error) for \(wanted) from \(column) in \(bytes)")
                return
            }
        }
    }

    @Test(arguments: FuzzBudget.seeds) func `what is encoded is decoded alike`(seed: Seed) throws {
        var random = seed.generator()
        for step in 0..<FuzzBudget.inputs(usual: 5_000) / 10 {
            let note: Comment = "\(seed), step \(step)"
            let int = Int64(truncatingIfNeeded: random.next() >> (random.next() % 64))
            #expect(try decode(encoded(int) ?? [], .int8) == int, note)
            let double = Double(bitPattern: random.next())
            #expect(try decode(encoded(double) ?? [], .float8, as: Double.self).bitPattern == double.bitPattern, note)
            let decimal = Decimal(
                sign: int % 2 == 0 ? .plus : .minus,
                exponent: Int(random.next() % 100) - 60,
                significand: Decimal(random.next()) * Decimal(random.next() % 1_000_000_000)
            )
            #expect(try decode(encoded(decimal) ?? [], .numeric, as: Decimal.self) == decimal, note)
            let day = Int32(truncatingIfNeeded: random.next())
            if let date = PostgresDate(daysSince2000: day) {
                let (year, month, dayOfMonth) = date.components
                #expect(PostgresDate(year: year, month: month, day: dayOfMonth) == date, note)
            }
            let list = (0..<random.next() % 5).map { $0 % 3 == 0 ? nil : String(int &+ Int64($0)) }
            #expect(try decode(encoded(list) ?? [], .textArray) == list, note)
        }
    }

    /// A well-formed value with some damage, or random bytes.
    private static func input(using random: inout SeededGenerator) -> [UInt8] {
        guard random.next() % 4 > 0 else {
            return (0..<random.next() % 48).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        var bytes = Self.valid[Int(random.next() % UInt64(Self.valid.count))]
        for _ in 0..<random.next() % 4 {
            let position = bytes.isEmpty ? 0 : Int(random.next() % UInt64(bytes.count))
            switch random.next() % 5 {
            case 0 where !bytes.isEmpty: bytes.removeSubrange(position...)
            case 1 where !bytes.isEmpty: bytes.remove(at: position)
            case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
            case 3 where !bytes.isEmpty: bytes[position] = [0, 1, 0x7F, 0x80, 255].randomElement(using: &random) ?? 0
            case _ where !bytes.isEmpty: bytes[position] ^= 1 << (random.next() % 8)
            default: break
            }
        }
        return bytes
    }

    private static func error<Value: PostgresDecodable>(
        _ bytes: [UInt8],
        _ column: PostgresType,
        _ format: PostgresFormat,
        _ wanted: Value.Type
    ) -> PostgresError? {
        decodingError(bytes, column, format, as: wanted)
    }
}
