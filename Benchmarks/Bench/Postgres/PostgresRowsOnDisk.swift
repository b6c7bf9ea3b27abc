import Postgres

/// The rows that are inserted and copied, about 300 bytes each, and their table.
struct PostgresRowsOnDisk: Sendable {
    static let table = "bench_rows"

    let count: Int
    /// The names of the rows, in turns, made before anything is measured.
    let names = (0..<1000).map { "user\($0)" }
    let body = String(repeating: "a text of 32 bytes, eight times.", count: 8)

    /// What all values add up to: ids, flags, scores, and the lengths of texts.
    var checksum: Double {
        (0..<self.count).reduce(0) { sum, row in
            sum + Double(row + (row & 1) + self.name(row).utf8.count + self.body.utf8.count) + self.score(row)
        }
    }

    func name(_ row: Int) -> String { self.names[row % self.names.count] }
    func score(_ row: Int) -> Double { Double(row) * 0.5 }

    /// Creates the table.
    static func create(_ client: PostgresClient) async throws {
        try await client.execute("DROP TABLE IF EXISTS bench_rows")
        try await client.execute("CREATE TABLE bench_rows (id int8, name text, flag bool, body text, score float8)")
    }

    /// Empties the table, which is not measured.
    static func empty(_ client: PostgresClient) async throws {
        try await client.execute("TRUNCATE bench_rows")
    }
}
