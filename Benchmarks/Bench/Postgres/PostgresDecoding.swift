import Postgres

/// Decoding an answer that is there already.
///
/// Each side has its own answer to the same question. It converts each value and adds it to a checksum, texts and bytes
/// byte by byte, which shows that both have read the same.
struct PostgresDecoding {
    private static let mixedName = "postgres.decode"
    private static let plainName = "postgres.decode-plain"
    private static let goal = Goal.ratioAtMost(1.5)

    /// Numbers, texts, bytes and an array; about 200 bytes.
    private static let mixedColumns = """
        i::int8, i::int4, 'n' || i, rpad(md5(i::text), 40, 'x'), i % 2 = 0, i * 0.5::float8,
            '2026-01-01 00:00:00+00'::timestamptz + i * interval '1 second', md5(i::text)::uuid,
            decode(md5(i::text), 'hex'), array[i, i + 1, i + 2, i + 3]::int8[]
        """
    private static let plainColumns = """
        i::int8, i::int4, 'n' || i, i % 2 = 0, i * 0.5::float8,
            '2026-01-01 00:00:00+00'::timestamptz + i * interval '1 second', md5(i::text)::uuid,
            i::int8 * 3, i::int4 % 7, i * 0.25::float8
        """

    private let setting: PostgresBenchSetting
    private let count: Int

    init(_ setting: PostgresBenchSetting) {
        self.setting = setting
        self.count = setting.scaled(100_000, least: 1000)
    }

    func run() async throws {
        try await self.run(Self.mixedName, Self.mixedColumns, PostgresDecodedRow.self, .touch, ownsMemory: true)
        try await self.run(Self.plainName, Self.plainColumns, PostgresPlainRow.self, .touchPlain, ownsMemory: false)
    }

    private func run<Row: PostgresDecodedChecksum>(
        _ name: String,
        _ columns: String,
        _ type: Row.Type,
        _ work: PostgresCAnswer.Work,
        ownsMemory: Bool
    ) async throws {
        guard self.setting.options.includes(name) else { return }
        let (conninfo, count) = (self.setting.server.conninfo, self.count)
        let query = "SELECT \(columns) FROM generate_series(1, \(count)) AS numbers (i)"
        let answer = try await onThread { try PostgresCAnswer(conninfo, query) }
        let rows = try await self.setting.withClient { try await $0.query(PostgresQuery(unsafeSQL: query)) }
        guard rows.count == count else { throw BenchFailure("\(rows.count) rows, not \(count)") }
        let expected = try await onThread { try answer.decode(count, work).checksum }
        var sides: [PostgresComparison.Side] = [
            .init("structs", goal: Self.goal) {
                try await Self.measure(count, expected) { try Self.sumOfAll(rows, type) }
            },
            .init("one struct after the other") {
                try await Self.measure(count, expected) { try Self.sumOfEach(rows, type) }
            },
        ]
        if ownsMemory {
            sides.append(
                .init("C with structs of its own") { try await onThread { try answer.decode(count, .own, expected) } }
            )
        }
        try await PostgresComparison(name: name, things: "rows", thing: "row").run(
            self.setting,
            asTime: true,
            c: { try await onThread { try answer.decode(count, work, expected) } },
            sides
        )
    }

    private static func sumOfAll<Row: PostgresDecodedChecksum>(_ rows: PostgresRows, _ type: Row.Type) throws -> Double
    {
        let all = try rows.decode(as: type)
        let decoded = all.span
        var sum = 0.0
        for index in decoded.indices { sum += decoded[index].checksum }
        return sum
    }

    private static func sumOfEach<Row: PostgresDecodedChecksum>(_ rows: PostgresRows, _ type: Row.Type) throws -> Double
    {
        var sum = 0.0
        for row in rows { sum += try row.decode(as: type).checksum }
        return sum
    }

    private static func measure(
        _ count: Int,
        _ expected: Double,
        _ decode: @escaping @Sendable () throws -> Double
    ) async throws -> Effort {
        try await onThread {
            let (clock, start, processor) = (ContinuousClock(), ContinuousClock.now, Effort.processorSeconds())
            let checksum = try decode()
            let effort = Effort(
                calls: count,
                seconds: start.duration(to: clock.now).inSeconds,
                processorSeconds: Effort.processorSeconds() - processor
            )
            guard checksum == expected else { throw BenchFailure("checksum \(checksum), not \(expected)") }
            return effort
        }
    }
}
