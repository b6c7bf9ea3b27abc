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
        let parameters: [(PostgresParameter, UInt32)] = [
            ("a".postgresParameter, 25), (1.postgresParameter, 20), (Int64(1).postgresParameter, 20),
            (Int32(1).postgresParameter, 23), (true.postgresParameter, 16), (0.5.postgresParameter, 701),
            ([UInt8(1)].postgresParameter, 17), (["a"].postgresParameter, 1009), ([1].postgresParameter, 1016),
            ([Int32(1)].postgresParameter, 1007), ([true].postgresParameter, 1000),
            ([[UInt8(1)]].postgresParameter, 1001),
            (String?.none.postgresParameter, 25), ([Int64]?.none.postgresParameter, 1016),
        ]
        for (parameter, type) in parameters {
            #expect(parameter.type.oid == type)
        }
        #expect(String?.none.postgresParameter.bytes == nil)
        #expect(Int32?.some(-1).postgresParameter.bytes == [255, 255, 255, 255])
    }

    @Test func `an array has dimensions, element type, bounds, and each element with its length`() {
        #expect(
            [Int32(1), 2].postgresParameter.bytes == [
                0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 2, 0, 0, 0, 1,
                0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2,
            ]
        )
        #expect([String]().postgresParameter.bytes == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
    }
}
