import FoundationEssentials
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresValueLiveTests {
    private enum Mood: String, PostgresCodable, PostgresArrayElement, Decodable {
        case happy
        case notSoGood = "not so good"
    }

    private enum Level: Int32, PostgresCodable, PostgresArrayElement {
        case user = 1
        case manager = 2
    }

    /// A type of a program's own, by way of another.
    private struct AccountID: PostgresCodable, Hashable {
        static var postgresType: PostgresType { String.postgresType }
        let text: String

        init(_ text: String) {
            self.text = text
        }

        init(postgres bytes: RawSpan, type: PostgresType, format: PostgresFormat) throws(PostgresError) {
            let text = try String(postgres: bytes, type: type, format: format)
            guard text.hasPrefix("a-") else { throw .undecodable(Self.self, from: type, format, "it lacks its prefix") }
            self.text = text
        }

        func encodePostgres(to writer: inout PostgresValueWriter) {
            self.text.encodePostgres(to: &writer)
        }
    }

    private struct Settings: Codable, Sendable, Equatable {
        var theme: String
        var sizes: [Int]
        var note: String?
    }

    @Test func `arrays come back with their NULLs and in the server's text form`() async throws {
        try await withPostgres { client in
            let (texts, longs) = (["a,\"b", nil, "", "NULL", "{}\\"], [Int64.max, nil, .min])
            let (flags, ids) = ([true, nil, false], [UUID(), nil])
            let (doubles, decimals) = ([0.5, nil, -.infinity], [Decimal(15) / 10, nil])
            let blobs: [[UInt8]?] = [[0, 1], nil, []]
            let dates = [PostgresDate(year: 2026, month: 2, day: 28), nil]
            let rows = try await client.query(
                """
                SELECT \(texts), \(longs), \(flags), \(ids), \(doubles), \(decimals), \(blobs), \(dates),
                    \(texts)::text, \(longs)::text, \(flags)::text, \(doubles)::text, \(decimals)::text, \(blobs)::text,
                    \(dates)::text
                """
            )
            let row = try #require(rows.first)
            #expect(try row.decode(at: 0) == texts)
            #expect(try row.decode(at: 1) == longs)
            #expect(try row.decode(at: 2) == flags)
            #expect(try row.decode(at: 3) == ids)
            #expect(try row.decode(at: 4) == doubles)
            #expect(try row.decode(at: 5) == decimals)
            #expect(try row.decode(at: 6) == blobs)
            #expect(try row.decode(at: 7) == dates)
            let seen = try (8..<15).map { try row.decode(at: $0, as: String.self) }
            #expect(
                seen == [
                    #"{"a,\"b",NULL,"","NULL","{}\\"}"#, "{9223372036854775807,NULL,-9223372036854775808}",
                    "{t,NULL,f}",
                    "{0.5,NULL,-Infinity}", "{1.5,NULL}", #"{"\\x0001",NULL,"\\x"}"#, "{2026-02-28,NULL}",
                ]
            )
            #expect(throws: PostgresError.self) { try row.decode(at: 1, as: [Int64].self) }
        }
    }

    @Test func `arrays are empty, count from anywhere, and have one dimension`() async throws {
        try await withPostgres { client in
            let rows = try await client.query(
                """
                SELECT '{}'::int[], '[-3:-1]={7,8,9}'::int[], '{{1,2},{3,4}}'::int[], '1 2'::int2vector,
                    \([Int32]())::text, \([String]())
                """
            )
            let row = try #require(rows.first)
            #expect(try row.decode(at: 0, as: [Int].self).isEmpty)
            #expect(try row.decode(at: 1) == [7, 8, 9])
            let error = #expect(throws: PostgresError.self) { try row.decode(at: 2, as: [Int].self) }
            #expect(error?.message.contains("2 dimensions; only one is read") == true)
            #expect(try row.decode(at: 3) == [1, 2])
            #expect(try row.decode(at: 4, as: String.self) == "{}")
            #expect(try row.decode(at: 5, as: [String].self).isEmpty)
        }
    }

    @Test func `values are stored in columns of their types and of wider and narrower ones`() async throws {
        try await withPostgres { client in
            let columns =
                "a int2, b int4, c int8, d numeric, e float4, f float8, g varchar(20), h char(4), i json, j jsonb"
            try await withTable(client, columns) { table in
                let (number, text) = (7, "text")
                let json = PostgresJSON(Settings(theme: "dark \"\\ \u{1} 💬", sizes: [1, 2], note: nil))
                try await client.execute(
                    """
                    INSERT INTO \(unescaped: table) VALUES (\(number), \(number), \(number), \(number), \(number),
                        \(number), \(text), \(text), \(json), \(json))
                    """
                )
                let row = try #require(try await client.query("SELECT * FROM \(unescaped: table)").first)
                #expect(try (0..<4).map { try row.decode(at: $0, as: Int.self) } == [7, 7, 7, 7])
                #expect(try (0..<6).map { try row.decode(at: $0, as: Double.self) } == [7, 7, 7, 7, 7, 7])
                #expect(try row.decode(at: 3, as: Decimal.self) == 7)
                #expect(try (6..<8).map { try row.decode(at: $0, as: String.self) } == [text, text])
                for column in ["i", "j"] {
                    #expect(try row.decode(column, as: PostgresJSON<Settings>.self).value == json.value)
                    #expect(try row.decode(column, as: String.self).contains("dark"))
                }
                let narrow = await postgresError {
                    try await client.execute("INSERT INTO \(unescaped: table) (a) VALUES (\(40_000))")
                }
                #expect(narrow?.code == .invalidValue && narrow?.sqlState == "22003")
            }
        }
    }

    @Test func `JSON has the server's text form and errors quote nothing`() async throws {
        try await withPostgres { client in
            let value = ["a": [1.5, -0.25], "ü\"\\\n": []]
            let rows = try await client.query(
                """
                SELECT \(PostgresJSON(value)), \(PostgresJSON(value)) = '{"a": [1.5, -0.25], "ü\\"\\\\\\n": []}'::jsonb,
                    '{"a": "secret"}'::jsonb, '{"theme": "x", "sizes": [], "extra": 1}'::json, 'null'::jsonb
                """
            )
            let row = try #require(rows.first)
            #expect(try row.decode(at: 0, as: PostgresJSON<[String: [Double]]>.self).value == value)
            #expect(try row.decode(at: 1, as: Bool.self))
            let error = #expect(throws: PostgresError.self) {
                try row.decode(at: 2, as: PostgresJSON<[String: Int]>.self)
            }
            #expect(error?.message.contains("Int") == true && error?.description.contains("secret") == false)
            #expect(try row.decode(at: 3, as: PostgresJSON<Settings>.self).value.theme == "x")
            #expect(try row.decode(at: 4, as: PostgresJSON<Settings?>.self).value == nil)
            let zero = await postgresError { try await client.query("SELECT \(PostgresJSON(["a\0"]))") }
            #expect(zero?.code == .invalidValue && zero?.sqlState == "22P05")
        }
    }

    @Test func `a text with U+0000 is refused before it is sent, by its rule`() async throws {
        try await withPostgres { client in
            for query in ["SELECT \("secret\0")", "SELECT \(["a", "secret\0"])"] as [PostgresQuery] {
                let error = await postgresError { try await client.query(query) }
                #expect(error?.code == .invalidValue && error?.message.contains("U+0000") == true)
                #expect(error?.description.contains("secret") == false)
            }
        }
    }

    @Test func `an enumeration is bound and read, also as an ENUM of the database`() async throws {
        try await withPostgres { client in
            let type = "mood_\(UInt64.random(in: 0 ... .max))"
            try await client.execute("CREATE TYPE \(unescaped: type) AS ENUM ('happy', 'not so good', 'unheard of')")
            let (mood, moods, level) = (Mood.notSoGood, [Mood.happy, .notSoGood], Level.manager)
            let rows = try await client.query(
                """
                SELECT \(mood)::\(unescaped: type) AS mood, \(moods)::\(unescaped: type)[] AS moods, \(level) AS level,
                    'unheard of'::\(unescaped: type) AS other, \(Mood?.none)::\(unescaped: type) AS missing
                """
            )
            try await client.execute("DROP TYPE \(unescaped: type)")
            let row = try #require(rows.first)
            #expect(try row.decode("mood") == mood)
            #expect(try row.decode("moods") == moods)
            #expect(try row.decode("level") == level)
            #expect(try row.decode("missing", as: Mood?.self) == nil)
            let other = #expect(throws: PostgresError.self) { try row.decode("other", as: Mood.self) }
            #expect(other?.message.contains("no case has this raw value") == true)
            let text = #expect(throws: PostgresError.self) { try row.decode("mood", as: String.self) }
            #expect(text?.message.contains("cast it to text") == true)
            struct Named: Decodable { let mood: Mood }
            #expect(try row.decode(byName: Named.self).mood == mood)
        }
    }

    @Test func `a composite is refused and its fields are read`() async throws {
        try await withPostgres { client in
            let row = try #require(try await client.query("SELECT ROW(1, 'a'), (ROW(1, 'a'))::text").first)
            for error in [
                #expect(throws: PostgresError.self) { try row.decode(at: 0, as: String.self) },
                #expect(throws: PostgresError.self) { try row.decode(at: 0, as: [Int].self) },
                #expect(throws: PostgresError.self) { try row.decode(at: 0, as: Mood.self) },
            ] {
                #expect(error?.code == .decoding && error?.message.contains("record") == true)
            }
            #expect(try row.decode(at: 1, as: String.self) == "(1,a)")
        }
    }

    @Test func `a type of a program's own is bound and read by way of another`() async throws {
        try await withPostgres { client in
            let id = AccountID("a-1")
            let row = try #require(try await client.query("SELECT \(id) AS id, 'b' AS other").first)
            #expect(try row.decode("id") == id)
            let error = #expect(throws: PostgresError.self) { try row.decode("other", as: AccountID.self) }
            #expect(error?.message.contains("it lacks its prefix") == true && error?.column == "other")
        }
    }

    @Test func `a type without a codec is an error and its bytes can be had`() async throws {
        try await withPostgres { client in
            let row = try #require(
                try await client.query("SELECT '10.0.0.1'::inet, '10.0.0.1'::inet::text, point(1, 2)").first
            )
            let error = #expect(throws: PostgresError.self) { try row.decode(at: 0, as: String.self) }
            #expect(error?.message == "column inet (index 0): a value of type inet cannot be read as String")
            #expect(row[0]?.bytes == [2, 32, 0, 4, 10, 0, 0, 1])
            #expect(try row.decode(at: 1, as: String.self) == "10.0.0.1/32")
            #expect(row[2]?.bytes?.count == 16)
        }
    }
}
