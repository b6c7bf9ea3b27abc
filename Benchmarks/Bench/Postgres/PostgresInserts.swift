import Postgres

/// Many INSERTs in one pipeline.
struct PostgresInserts {
    private static let name = "postgres.insert-many"
    private static let goal = Goal.ratioAtLeast(0.9)
    /// How many rows there are in one implicit transaction.
    private static let batch = 1000

    private let setting: PostgresBenchSetting

    init(_ setting: PostgresBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        guard self.setting.options.includes(Self.name) else { return }
        let rows = PostgresRowsOnDisk(count: self.setting.scaled(50_000, least: 2 * Self.batch))
        try await self.setting.withClient { client in
            try await PostgresRowsOnDisk.create(client)
            let server = self.setting.server
            try await PostgresComparison(name: Self.name, things: "rows", thing: "row").run(
                self.setting,
                c: {
                    try await PostgresRowsOnDisk.empty(client)
                    return try await PostgresCBaseline.insert(rows, batch: Self.batch, server)
                },
                PostgresComparison.onBothExecutors(
                    "executeMany",
                    client,
                    goal: Self.goal,
                    calls: rows.count,
                    before: { try await PostgresRowsOnDisk.empty(client) },
                    { try await Self.insert(rows, client) }
                )
            )
        }
    }

    private static func insert(_ rows: PostgresRowsOnDisk, _ client: PostgresClient) async throws {
        for first in stride(from: 0, to: rows.count, by: self.batch) {
            let batch = first..<min(first + self.batch, rows.count)
            let count = try await client.executeMany(
                unsafeSQL: "INSERT INTO bench_rows VALUES ($1, $2, $3, $4, $5)",
                batch
            ) { row, values in
                values.append(Int64(row))
                values.append(rows.name(row))
                values.append(row & 1 == 1)
                values.append(rows.body)
                values.append(rows.score(row))
            }
            guard count == batch.count else { throw BenchFailure("\(count) of \(batch.count) rows were inserted") }
        }
    }
}
