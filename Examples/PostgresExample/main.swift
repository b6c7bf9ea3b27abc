import Logging
import Postgres

struct Account {
    let name: String
    let cents: Int
}

extension Account: PostgresRowDecodable {
    /// Reads the columns in the order in which they are selected.
    init(row: inout PostgresRowDecoder) throws(PostgresError) {
        self.init(name: try row.decode(), cents: try row.decode())
    }
}

let migrations = [
    PostgresMigration(
        version: 1,
        name: "accounts",
        sql: "CREATE TABLE accounts (name text PRIMARY KEY, cents bigint NOT NULL CHECK (cents >= 0))"
    ),
    PostgresMigration(
        version: 2,
        name: "visits",
        sql: "CREATE TABLE visits (id bigint PRIMARY KEY, name text NOT NULL REFERENCES accounts, seconds float8)"
    ),
]

// The port and the name of role and database. Without a password here libpq takes PGPASSWORD or ~/.pgpass.
let arguments = CommandLine.arguments.dropFirst()
let role = arguments.dropFirst().first ?? "postgres"
var configuration = PostgresConfiguration(host: "127.0.0.1", database: role, username: role)
configuration.port = arguments.first.flatMap { Int($0) } ?? 5432
configuration.sessionSettings = ["search_path": "example"]
let postgres = PostgresClient(configuration, logger: Logger(label: "example"))

/// Moves money; the body runs again when another transaction was in the way.
func pay(_ cents: Int, from payer: String, to payee: String) async throws {
    try await postgres.transaction(isolation: .serializable, retriesMax: 50) { transaction in
        try await transaction.execute("UPDATE accounts SET cents = cents - \(cents) WHERE name = \(payer)")
        try await transaction.execute("UPDATE accounts SET cents = cents + \(cents) WHERE name = \(payee)")
        // Sent when the transaction commits, and only then.
        try await transaction.notify("paid", payload: payee)
    }
}

try await withThrowingTaskGroup(of: Void.self) { group in
    // Opens connections as calls want them, serves all calls and reconnects, until it is cancelled.
    group.addTask { try await postgres.run() }
    defer { group.cancelAll() }

    try await postgres.execute("DROP SCHEMA IF EXISTS example CASCADE")
    try await postgres.execute("CREATE SCHEMA example")
    for migration in try await postgres.migrate(migrations) { print("migrated: \(migration.name)") }

    // What is interpolated is bound and never becomes a part of the text.
    for (name, cents) in [("Ann", 1000), ("O'Hara", 0)] {
        try await postgres.execute("INSERT INTO accounts VALUES (\(name), \(cents))")
    }
    let accounts = try await postgres.query("SELECT name, cents FROM accounts ORDER BY name")
    for account in try accounts.decode(as: Account.self) { print("\(account.name) has \(account.cents)") }

    // An error says what went wrong, and whether the change may have been made all the same.
    do throws(PostgresError) {
        try await postgres.execute("UPDATE accounts SET cents = -1 WHERE name = \("Ann")")
    } catch {
        print("\(error.code) of \(error.constraint ?? "?"), may have been applied: \(error.mayHaveBeenApplied)")
    }

    // Ten transactions at once that are in each other's way, and a listener that hears of each.
    try await postgres.listen(on: ["paid"]) { events in
        try await withThrowingTaskGroup(of: Void.self) { payments in
            for _ in 0..<10 { payments.addTask { try await pay(100, from: "Ann", to: "O'Hara") } }
            try await payments.waitForAll()
        }
        var count = 0
        for try await event in events {
            // After a loss whoever listens looks at the tables anew.
            guard case .notification = event else { break }
            count += 1
            if count == 10 { break }
        }
        print("\(count) payments")
    }

    // COPY is the fastest way in; all rows are stored, or none.
    let stored = try await postgres.copyIn(into: "visits", format: .binary) { visits in
        for id in 0..<100_000 { try await visits.writeRow(id, "Ann", id % 10 == 0 ? nil : Double(id % 60)) }
    }

    // Rows as they come: only a few hundred are in memory at a time.
    let seconds = try await postgres.withRows("SELECT seconds FROM visits WHERE name = \("Ann")") { rows in
        var sum = 0.0
        for try await row in rows { sum += try row.decode(at: 0, as: Double?.self) ?? 0 }
        return sum
    }
    print("\(stored) visits, \(seconds / 3600) hours")

    try await postgres.execute("DROP SCHEMA example CASCADE")
}
