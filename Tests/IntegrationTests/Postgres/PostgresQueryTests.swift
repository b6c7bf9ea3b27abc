import Postgres
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresQueryTests {
    @Test func `200 concurrent queries over 4 connections each get their own answer`() async throws {
        try await withPostgres(connectionsMax: 4) { client in
            let sums = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let rows = try await client.query("SELECT \(number) + 1 AS next, \("text \(number)") AS text")
                        let next: Int? = try rows.first?.decode("next")
                        let text: String? = try rows.first?.decode("text")
                        return next == number + 1 && text == "text \(number)"
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(sums.count == 200 && sums.allSatisfy { $0 })
            let own = try await client.query(
                "SELECT count(*) FROM pg_stat_activity WHERE pid = pg_backend_pid() OR application_name = 'never'"
            )
            #expect(try own.first?.decode(at: 0, as: Int.self) == 1)
        }
    }

    @Test(arguments: [
        "", "plain", "it's \"quoted\" \\ $1 %s", "ünïcödé 💬\n\t", "{a,b}", String(repeating: "x", count: 100_000),
    ])
    func `a text comes back as it was bound`(text: String) async throws {
        try await withPostgres { client in
            let rows = try await client.query("SELECT \(text) AS value")
            #expect(try rows.first?.decode("value", as: String.self) == text)
        }
    }

    @Test func `values of every type come back as they were bound`() async throws {
        try await withPostgres { client in
            let bytes: [UInt8] = [0, 1, 0, 255, 92, 39, 0]
            let (int, int64, int32, double) = (Int.min, Int64.max, Int32.min, -0.1)
            let missing: String? = nil
            let rows = try await client.query(
                """
                SELECT \(int) AS int, \(int64) AS int64, \(int32) AS int32, \(double) AS double, \(true) AS yes,
                    \(false) AS no, \(bytes) AS bytes, \([UInt8]()) AS empty, \(missing) AS missing, \(Double.nan) AS nan,
                    \(-Double.infinity) AS infinity
                """
            )
            let row = try #require(rows.first)
            #expect(try row.decode("int", as: Int.self) == int)
            #expect(try row.decode("int64", as: Int64.self) == int64)
            #expect(try row.decode("int32", as: Int32.self) == int32)
            #expect(try row.decode("double", as: Double.self) == double)
            #expect(try row.decode("yes", as: Bool.self))
            #expect(try !row.decode("no", as: Bool.self))
            #expect(try row.decode("bytes", as: [UInt8].self) == bytes)
            #expect(try row.decode("empty", as: [UInt8].self).isEmpty)
            #expect(try row.decode("missing", as: String?.self) == nil)
            #expect(try row.decode("nan", as: Double.self).isNaN)
            #expect(try row.decode("infinity", as: Double?.self) == -.infinity)
        }
    }

    @Test func `arrays can be unnested`() async throws {
        try await withPostgres { client in
            let (texts, longs, shorts) = (["a,\"b", "", "NULL"], [Int64.max, 0, -1], [Int32.max, 0, -1])
            let (flags, blobs) = ([true, false, true], [[0, 1, 0], [], [255]] as [[UInt8]])
            let rows = try await client.query(
                """
                SELECT * FROM unnest(\(texts)::text[], \(longs)::bigint[], \(shorts)::int[], \(flags)::bool[],
                    \(blobs)::bytea[]) AS list (text, long, short, flag, blob)
                """
            )
            #expect(try rows.map { try $0.decode("text", as: String.self) } == texts)
            #expect(try rows.map { try $0.decode("long", as: Int64.self) } == longs)
            #expect(try rows.map { try $0.decode("short", as: Int32.self) } == shorts)
            #expect(try rows.map { try $0.decode("flag", as: Bool.self) } == flags)
            #expect(try rows.map { try $0.decode("blob", as: [UInt8].self) } == blobs)
            let none = try await client.query("SELECT unnest(\([String]())::text[])")
            #expect(none.isEmpty)
        }
    }

    @Test func `a text with a zero byte is refused and not cut short`() async throws {
        try await withPostgres { client in
            let error = await postgresError { try await client.query("SELECT \("a\0b") AS value") }
            #expect(error?.code == .invalidValue)
        }
    }

    @Test func `an answer beyond the bound is an error and the next query works`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            let error = await postgresError {
                try await client.query("SELECT generate_series(1, 1000000)", rowsMax: 10)
            }
            #expect(error?.code == .tooManyRows)
            let rows1 = try await rowCount(client, "SELECT generate_series(1, 10)")
            #expect(rows1 == 10)
        }
    }

    @Test func `errors name constraint, table and column and quote no value`() async throws {
        try await withPostgres { client in
            let columns = "id text CONSTRAINT the_key PRIMARY KEY, age int NOT NULL CONSTRAINT grown CHECK (age > 17)"
            try await withTable(client, columns) { table in
                let secret = "secret-value"
                let insert: @Sendable (String, Int?) -> PostgresQuery = { id, age in
                    "INSERT INTO \(unescaped: table) (id, age) VALUES (\(id), \(age))"
                }
                let found1 = try await client.execute(insert(secret, 20))
                #expect(found1 == 1)
                let unique = await postgresError { try await client.execute(insert(secret, 20)) }
                #expect(unique?.code == .uniqueViolation && unique?.sqlState == "23505")
                #expect(unique?.constraint == "the_key" && unique?.table == table)
                #expect(unique.map { !$0.description.contains(secret) && !$0.isRetriable } == true)
                let check = await postgresError { try await client.execute(insert("b", 3)) }
                #expect(check?.code == .checkViolation && check?.constraint == "grown")
                let null = await postgresError { try await client.execute(insert("c", nil)) }
                #expect(null?.code == .notNullViolation && null?.column == "age")
                let value = await postgresError { try await client.query("SELECT \(secret)::uuid") }
                #expect(value?.code == .invalidValue)
                #expect(value.map { !$0.description.contains(secret) } == true)
            }
        }
    }
}
