import Postgres

/// COPY in both directions, in binary format.
struct PostgresCopies {
    private static let nameIn = "postgres.copy-in"
    private static let nameOut = "postgres.copy-out"
    private static let goalIn = Goal.ratioAtLeast(0.9)
    private static let goalOut = Goal.ratioAtLeast(0.8)

    private let setting: PostgresBenchSetting

    init(_ setting: PostgresBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        let names = [Self.nameIn, Self.nameOut]
        guard names.contains(where: self.setting.options.includes) else { return }
        let rows = PostgresRowsOnDisk(count: self.setting.scaled(300_000, least: 3000))
        try await self.setting.withClient { client in
            try await PostgresRowsOnDisk.create(client)
            if self.setting.options.includes(Self.nameIn) { try await self.measureIn(rows, client) }
            if self.setting.options.includes(Self.nameOut) { try await self.measureOut(rows, client) }
        }
    }

    private func measureIn(_ rows: PostgresRowsOnDisk, _ client: PostgresClient) async throws {
        let server = self.setting.server
        try await PostgresComparison(name: Self.nameIn, things: "rows", thing: "row").run(
            self.setting,
            c: {
                try await PostgresRowsOnDisk.empty(client)
                return try await PostgresCBaseline.copyIn(rows, server)
            },
            PostgresComparison.onBothExecutors(
                "copyIn",
                client,
                goal: Self.goalIn,
                calls: rows.count,
                before: { try await PostgresRowsOnDisk.empty(client) },
                { try await Self.write(rows, client) }
            )
        )
    }

    private func measureOut(_ rows: PostgresRowsOnDisk, _ client: PostgresClient) async throws {
        let server = self.setting.server
        try await PostgresRowsOnDisk.empty(client)
        try await Self.write(rows, client)
        // Otherwise whoever reads a row first marks it as visible, which costs more than the rest.
        try await client.execute("VACUUM bench_rows")
        let checksum = rows.checksum
        try await PostgresComparison(name: Self.nameOut, things: "rows", thing: "row").run(
            self.setting,
            c: { try await PostgresCBaseline.copyOut(rows, server) },
            PostgresComparison.onBothExecutors("copyOut", client, goal: Self.goalOut, calls: rows.count) {
                try await Self.read(checksum, client)
            }
                + PostgresComparison.onBothExecutors("copyOutBytes", client, calls: rows.count) {
                    try await Self.readBytes(rows, client)
                }
        )
    }

    private static func write(_ rows: PostgresRowsOnDisk, _ client: PostgresClient) async throws {
        let count = try await client.copyIn(into: "bench_rows", format: .binary) { writer in
            for row in 0..<rows.count {
                try await writer.writeRow(Int64(row), rows.name(row), row & 1 == 1, rows.body, rows.score(row))
            }
        }
        guard count == rows.count else { throw BenchFailure("\(count) of \(rows.count) rows were copied") }
    }

    private static func read(_ checksum: Double, _ client: PostgresClient) async throws {
        let sum = try await client.copyOut(from: "bench_rows") { rows in
            var sum = 0.0
            for try await row in rows {
                let (id, name, flag, body, score) = try row.decode((Int, String, Bool, String, Double).self)
                sum += Double(id + (flag ? 1 : 0) + name.utf8.count + body.utf8.count) + score
            }
            return sum
        }
        guard sum == checksum else { throw BenchFailure("checksum \(sum), not \(checksum)") }
    }

    private static func readBytes(_ rows: PostgresRowsOnDisk, _ client: PostgresClient) async throws {
        let count = try await client.copyOutBytes(from: "bench_rows", format: .binary) { pieces in
            var count = 0
            for try await piece in pieces { count += piece.count }
            return count
        }
        guard count > rows.count * rows.body.utf8.count else { throw BenchFailure("only \(count) bytes came") }
    }
}
