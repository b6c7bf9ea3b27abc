import FoundationEssentials
import Testing

@testable import Postgres

@Suite struct PostgresQueryTests {
    @Test func `interpolated values become placeholders and are never part of the text`() {
        let (name, age) = ("'; DROP TABLE users; --", 7)
        let query: PostgresQuery = "SELECT * FROM users WHERE name = \(name) AND age > \(age) OR age = \(age)"
        #expect(query.sql == "SELECT * FROM users WHERE name = $1 AND age > $2 OR age = $3")
        #expect(query.parameters.count == 3)
        #expect(query.parameters.first?.bytes == Array(name.utf8))
        #expect(query.parameters.last?.bytes == [0, 0, 0, 0, 0, 0, 0, 7])
    }

    @Test func `an unescaped identifier is part of the text`() {
        let query: PostgresQuery = "SELECT \(1) FROM \(unescaped: "users")"
        #expect(query.sql == "SELECT $1 FROM users")
    }

    @Test func `each Swift type is sent as its own type of PostgreSQL`() {
        let json = PostgresJSON(["a": 1])
        let parameters: [(PostgresParameter, UInt32)] = [
            ("a".postgresParameter, 25), (1.postgresParameter, 20), (Int64(1).postgresParameter, 20),
            (Int32(1).postgresParameter, 23), (Int16(1).postgresParameter, 21), (true.postgresParameter, 16),
            (0.5.postgresParameter, 701), (Float(0.5).postgresParameter, 700), (Decimal(1).postgresParameter, 1_700),
            (UUID().postgresParameter, 2_950), (Date().postgresParameter, 1_184), (json.postgresParameter, 3_802),
            ([UInt8(1)].postgresParameter, 17), (["a"].postgresParameter, 1_009), ([1].postgresParameter, 1_016),
            ([Int32(1)].postgresParameter, 1_007), ([true].postgresParameter, 1_000),
            ([[UInt8(1)]].postgresParameter, 1_001), ([UUID()].postgresParameter, 2_951),
            ([Int?.none].postgresParameter, 1_016), (String?.none.postgresParameter, 25),
            ([Int64]?.none.postgresParameter, 1_016),
        ]
        for (parameter, type) in parameters {
            #expect(parameter.type.oid == type)
        }
        #expect(String?.none.postgresParameter.bytes == nil)
        #expect(Int32?.some(-1).postgresParameter.bytes == [255, 255, 255, 255])
    }

    @Test func `an array has dimensions, element type, bounds, and each element with its length`() {
        #expect(
            encoded([Int32(1), 2]) == [
                0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 2, 0, 0, 0, 1,
                0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2,
            ]
        )
        #expect(encoded([String]()) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
    }

    @Test func `nil in an array is an element of length -1 and sets the flag`() {
        #expect(
            encoded(["a", nil]) == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1,
                0, 0, 0, 1, 97, 255, 255, 255, 255,
            ]
        )
    }

    @Test func `a value that its type cannot hold is refused with its rule and without the value`() {
        let refused: [(PostgresQuery, String)] = [
            ("SELECT \(1), \("secret\0")", "U+0000"), ("SELECT \(1), \(["secret\0", "b"])", "U+0000"),
            ("SELECT \(1), \(Date(timeIntervalSinceReferenceDate: .infinity))", "infinity"),
            ("SELECT \(1), \(Date(timeIntervalSinceReferenceDate: .nan))", "infinity"),
            ("SELECT \(1), \(Date.distantFuture.addingTimeInterval(1e13))", "timestamptz"),
            ("SELECT \(1), \(Decimal.nan)", "numeric"), ("SELECT \(1), \(PostgresJSON(Double.nan))", "JSON"),
            ("SELECT \(1), \([UInt8?.some(1)])", "bytes"),
        ]
        for (query, rule) in refused {
            let error = #expect(throws: PostgresError.self) { try query.validate() }
            #expect(error?.code == .invalidValue && error?.mayHaveBeenApplied == false)
            #expect(error?.message.contains(rule) == true && error?.message.contains("$2") == true)
            #expect(error.map { !$0.description.contains("secret") } == true)
        }
    }

    @Test func `a text with a zero byte and too many parameters are refused`() {
        let zero = #expect(throws: PostgresError.self) { try PostgresQuery(unsafeSQL: "SELECT 1\0").validate() }
        let parameters = [PostgresParameter](repeating: 1.postgresParameter, count: 65_536)
        let many = #expect(throws: PostgresError.self) {
            try PostgresQuery(unsafeSQL: "SELECT 1", parameters: parameters).validate()
        }
        #expect(zero?.code == .invalidQuery && many?.code == .invalidQuery)
    }

    @Test func `a parameter that was made before is bound as it is`() throws {
        let query = PostgresQuery(unsafeSQL: "SELECT $1, $2", parameters: ["a".postgresParameter, Int.postgresNull])
        let other: PostgresQuery = "SELECT \("a"), \(Int?.none)"
        #expect(query == other)
        let refused = PostgresQuery(unsafeSQL: "SELECT $1", parameters: ["\0".postgresParameter])
        #expect(throws: PostgresError.self) { try refused.validate() }
    }

    @Test func `libpq gets an address for each value but NULL`() throws {
        let empty = ""
        let query: PostgresQuery = "SELECT \(empty), \(Int?.none), \(Int16(258)), \(empty)"
        query.bound.withPQArguments { arguments in
            #expect(arguments.count == 4)
            #expect((0..<4).map { arguments.types?[$0] } == [25, 20, 21, 25])
            #expect((0..<4).map { arguments.values?[$0] == nil } == [false, true, false, false])
            #expect((0..<4).map { max(0, arguments.lengths?[$0] ?? -1) } == [0, 0, 2, 0])
            #expect((0..<4).map { arguments.formats?[$0] } == [1, 1, 1, 1])
            #expect(arguments.values?[2].map { [$0[0], $0[1]] } == [1, 2])
        }
        let none: PostgresQuery = "SELECT \(empty)"
        let hasAddress = none.bound.withPQArguments { $0.values?[0] != nil }
        #expect(hasAddress)
    }
}
