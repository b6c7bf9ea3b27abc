import FoundationEssentials
import Postgres
import TestKit
import Testing

/// Each codec against the server's own text form, in both directions.
@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresValueProperties {
    /// Checks that the server has `value` in the text form `text`, and that what it has is read as `value`.
    ///
    /// - Parameters:
    ///   - client: a client of the server.
    ///   - values: what is bound, one after the other.
    ///   - type: the name of the type in SQL.
    ///   - text: what the server must call a value; nil when that is not compared.
    ///   - isEqual: how values are compared.
    ///   - note: what a failure tells, such as the seed.
    /// - Throws: what the client throws.
    private func check<Value: PostgresCodable>(
        _ client: PostgresClient,
        _ values: [Value],
        _ type: String,
        text: (Value) -> String?,
        isEqual: (Value, Value) -> Bool,
        _ note: Comment = ""
    ) async throws {
        for value in values {
            let rows = try await client.query(
                "SELECT pg_typeof(\(value))::text, \(value)::text, \(value), (\(value)::text)::\(unescaped: type)"
            )
            let row = try #require(rows.first)
            let (name, seen) = (try row.decode(at: 0, as: String.self), try row.decode(at: 1, as: String.self))
            #expect(name == type, note)
            if let expected = text(value) { #expect(seen == expected, note) }
            let (own, read) = (try row.decode(at: 2, as: Value.self), try row.decode(at: 3, as: Value.self))
            #expect(isEqual(own, value), "\(type) \(seen) came back as \(own); \(note)")
            // The server's text form, parsed by the server, is the same value.
            #expect(isEqual(read, value), "\(type) \(seen) was read as \(read); \(note)")
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `integers have the server's text form`(seed: Seed) async throws {
        var random = seed.generator()
        let wide = (0..<100).map { _ in Int64(truncatingIfNeeded: random.next() >> (random.next() % 64)) }
        try await withPostgres { client in
            let longs = [0, -1, 1, .min, .max, .min + 1] + wide
            try await self.check(client, longs, "bigint", text: { "\($0)" }, isEqual: ==, "\(seed)")
            let ints = [0, -1, .min, .max] + wide.map { Int32(truncatingIfNeeded: $0) }
            try await self.check(client, ints, "integer", text: { "\($0)" }, isEqual: ==, "\(seed)")
            let shorts = [0, -1, .min, .max] + wide.map { Int16(truncatingIfNeeded: $0) }
            try await self.check(client, shorts, "smallint", text: { "\($0)" }, isEqual: ==, "\(seed)")
            try await self.check(client, [true, false], "boolean", text: { "\($0)" }, isEqual: ==)
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `floating point numbers keep every bit`(seed: Seed) async throws {
        var random = seed.generator()
        let patterns = (0..<150).map { _ in random.next() }
        let edges: [Double] = [
            0, -0.0, 0.1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
            .leastNonzeroMagnitude, .leastNormalMagnitude, .ulpOfOne, 1e23, 9_007_199_254_740_992,
        ]
        try await withPostgres { client in
            try await self.check(
                client,
                edges + patterns.map { Double(bitPattern: $0) },
                "double precision",
                text: { $0 == 0 ? ($0.sign == .minus ? "-0" : "0") : nil },
                isEqual: { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN },
                "\(seed)"
            )
            try await self.check(
                client,
                edges.map { Float($0) } + patterns.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) },
                "real",
                text: { $0.isInfinite ? ($0 < 0 ? "-Infinity" : "Infinity") : nil },
                isEqual: { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN },
                "\(seed)"
            )
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `texts and bytes come back as they were`(seed: Seed) async throws {
        var random = seed.generator()
        let scalars = "aZ0 '\"\\\n\t\u{1}\u{7F}éß中💬\u{301}\u{200D}{},$%".unicodeScalars.map { $0 }
        let texts = (0..<100).map { _ in
            var text = ""
            for _ in 0..<random.next() % 40 { text.unicodeScalars.append(scalars.randomElement(using: &random) ?? "a") }
            return text
        }
        let blobs = (0..<100).map { _ in (0..<random.next() % 60).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        try await withPostgres { client in
            let all = ["", "NULL", String(repeating: "x", count: 100_000)] + texts
            try await self.check(
                client,
                all,
                "text",
                text: { $0 },
                isEqual: { $0.utf8.elementsEqual($1.utf8) },
                "\(seed)"
            )
            let hex = { (bytes: [UInt8]) -> String in
                "\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            }
            let bytes = [[], [0], [255, 0, 92, 120], [UInt8](repeating: 7, count: 100_000)] + blobs
            try await self.check(client, bytes, "bytea", text: hex, isEqual: ==, "\(seed)")
            let ids = (0..<50).map { _ in UUID() }
            try await self.check(client, ids, "uuid", text: { $0.uuidString.lowercased() }, isEqual: ==)
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `decimals have the server's text form`(seed: Seed) async throws {
        var random = seed.generator()
        let texts = (0..<200).map { _ in
            let digits = (0..<random.next() % 38 + 1).map { _ in String(random.next() % 10) }
            let point = Int(random.next() % UInt64(digits.count + 1))
            let text = digits[..<point].joined() + "." + digits[point...].joined() + "0"
            return (random.next() % 2 == 0 ? "-0" : "0") + text
        }
        let edges = [
            "0", "1", "-1", "0.1", "9999", "10000", "-10001", "0.0001", "0.00001",
            "99999999999999999999999999999999999999",
            "-0.99999999999999999999999999999999999999", "340282366920938463463374607431768211455", "1e127", "-3e-128",
        ]
        let decimals = (edges + texts).compactMap { Decimal(string: $0) }
        #expect(decimals.count == 214)
        try await withPostgres { client in
            try await self.check(client, decimals, "numeric", text: { "\($0)" }, isEqual: ==, "\(seed)")
            for text in texts {
                // A text may have more decimal places than a Decimal shows.
                let row = try #require(
                    try await client.query("SELECT \(text)::numeric, (\(text)::numeric)::text").first
                )
                let (number, expected) = try row.decode((String, String).self)
                #expect(number == expected, "\(seed)")
                let double = try row.decode(at: 0, as: Double.self)
                #expect(double == Double(expected), "\(seed)")
            }
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `instants have the server's text form`(seed: Seed) async throws {
        var random = seed.generator()
        // Within 100 years a double is finer than a microsecond; whole seconds are exact in every year.
        let near = (0..<100).map { _ in
            Date(
                timeIntervalSinceReferenceDate: Double(
                    Int64(random.next() % 6_000_000_000_000_000) - 3_000_000_000_000_000
                ) / 1e6
            )
        }
        let first = -211_813_488_000.0 - 31_622_400
        let last = 9_223_371_331_200.0 - 31_622_400 - 1
        let far = [first, first + 1, last].map { Date(timeIntervalSinceReferenceDate: $0) }
        try await withPostgres { client in
            let known: [(Date, String)] = [
                (Date(timeIntervalSince1970: 0), "1970-01-01 00:00:00"),
                (Date(timeIntervalSince1970: 1_763_726_400.000001), "2025-11-21 12:00:00.000001"),
                (far[0], "4714-11-24 00:00:00 BC"), (far[2], "294276-12-31 23:59:59"),
            ]
            for (date, text) in known {
                let rows = try await client.query("SELECT (\(date) AT TIME ZONE 'UTC')::text")
                let seen = try rows.first?.decode(at: 0, as: String.self)
                #expect(seen == text)
            }
            let isEqual = { (left: Date, right: Date) in
                abs(left.timeIntervalSince(right)) < 0.000_000_5
            }
            try await self.check(
                client,
                near + far,
                "timestamp with time zone",
                text: { _ in nil },
                isEqual: isEqual,
                "\(seed)"
            )
            for edge in [far[0].addingTimeInterval(-1), Date(timeIntervalSinceReferenceDate: last + 2)] {
                let error = await postgresError { try await client.query("SELECT \(edge)") }
                #expect(error?.code == .invalidValue && error?.sqlState == nil)
            }
            let infinite = try await client.query("SELECT 'infinity'::timestamptz")
            #expect(throws: PostgresError.self) { try infinite.first?.decode(at: 0, as: Date.self) }
        }
    }

    @Test(arguments: Seed.corpus + [.fresh()]) func `days have the server's text form`(seed: Seed) async throws {
        var random = seed.generator()
        let range = PostgresDate.daysSince2000Range
        let days =
            [range.lowerBound, range.upperBound, 0, 59, 60, -1, -730_122, -730_486]
            + (0..<200).map { index in
                index % 2 == 0 ? Int32.random(in: range, using: &random) : Int32(random.next() % 80_000) - 40_000
            }
        try await withPostgres { client in
            let text = { (date: PostgresDate) -> String? in date.components.year > 0 ? date.description : nil }
            let dates = days.compactMap { PostgresDate(daysSince2000: $0) }
            #expect(dates.count == days.count)
            try await self.check(client, dates, "date", text: text, isEqual: ==, "\(seed)")
            for date in dates where date.components.year <= 0 {
                let (year, month, day) = date.components
                let rows = try await client.query(
                    "SELECT extract(year FROM \(date))::int4, extract(month FROM \(date))::int4, extract(day FROM \(date))::int4"
                )
                let seen = try #require(try rows.first?.decode((Int, Int, Int).self))
                // The server has no year 0.
                #expect(seen == (year - 1, month, day), "\(seed)")
            }
            let infinite = try await client.query("SELECT '-infinity'::date")
            #expect(throws: PostgresError.self) { try infinite.first?.decode(at: 0, as: PostgresDate.self) }
        }
    }
}
