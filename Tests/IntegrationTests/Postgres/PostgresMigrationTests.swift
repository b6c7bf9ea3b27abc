import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresMigrationTests {
    private let steps = [
        PostgresMigration(version: 1, name: "notes", sql: "CREATE TABLE notes (id int); INSERT INTO notes VALUES (1)"),
        PostgresMigration(
            version: 2,
            name: "texts",
            sql: "ALTER TABLE notes ADD text text; INSERT INTO notes VALUES (2)"
        ),
    ]

    private func configuration(_ database: String) -> PostgresConfiguration {
        PostgresConfiguration(
            host: Stack.postgres.host,
            port: Stack.postgres.port,
            database: database,
            username: "openim",
            password: Stack.postgres.password,
            connectionsMax: 4
        )
    }

    /// A client of a database of its own.
    private func withDatabase(_ body: (PostgresClient) async throws -> Void) async throws {
        let name = "migrations_\(UInt64.random(in: 0 ... .max))"
        try await withPostgres { admin in
            try await admin.execute("CREATE DATABASE \(unescaped: name)", deadline: .after(.seconds(60)))
            do {
                try await withRunning(self.configuration(name), body)
            } catch {
                // The first error is the one that tells something.
                _ = try? await admin.execute("DROP DATABASE \(unescaped: name) WITH (FORCE)")
                throw error
            }
            try await admin.execute("DROP DATABASE \(unescaped: name) WITH (FORCE)")
        }
    }

    @Test func `ten clients that migrate at once apply each migration once`() async throws {
        try await self.withDatabase { client in
            let (steps, configuration) = (self.steps, client.configuration)
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await withRunning(configuration) { try await $0.migrate(steps).map(\.version) }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == [1, 2])
            let rows = try await client.query("SELECT id FROM notes ORDER BY id")
            let ids = try rows.map { try $0.decode("id", as: Int.self) }
            #expect(ids == [1, 2])
            let found1 = try await client.migrate(steps).isEmpty
            #expect(found1)
        }
    }

    @Test func `the plan changes nothing`() async throws {
        try await self.withDatabase { client in
            let found2 = try await client.migrationPlan(self.steps)
            #expect(found2 == self.steps)
            let found3 = try await rowCount(client, "SELECT 1 WHERE to_regclass('schema_migrations') IS NOT NULL")
            #expect(found3 == 0)
            try await client.migrate(Array(self.steps.prefix(1)))
            let found4 = try await client.migrationPlan(self.steps).map(\.version)
            #expect(found4 == [2])
            let found5 = try await rowCount(client, "SELECT version FROM schema_migrations")
            #expect(found5 == 1)
            try await client.migrate(self.steps)
            let found6 = try await client.migrationPlan(self.steps).isEmpty
            #expect(found6)
        }
    }

    @Test func `a failed migration is undone and the ones before it stay`() async throws {
        try await self.withDatabase { client in
            let broken = PostgresMigration(version: 3, name: "broken", sql: "INSERT INTO notes VALUES (3); SELECT 1/0")
            let error = await postgresError { try await client.migrate(self.steps + [broken]) }
            #expect(error?.sqlState == "22012" && error?.message.hasPrefix("migration 3 (broken): ") == true)
            let found7 = try await rowCount(client, "SELECT id FROM notes")
            #expect(found7 == 2)
            let found8 = try await rowCount(client, "SELECT version FROM schema_migrations")
            #expect(found8 == 2)
        }
    }

    @Test func `a migration that ends its transaction is an error`() async throws {
        try await self.withDatabase { client in
            let rude = PostgresMigration(version: 1, name: "rude", sql: "CREATE TABLE a (id int); COMMIT; SELECT 1")
            let error = await postgresError { try await client.migrate([rude]) }
            #expect(error?.code == .invalidMigrations && error?.message.contains("rude") == true)
        }
    }

    @Test func `newer, missing, late and edited migrations are refused before anything is changed`() async throws {
        try await self.withDatabase { client in
            let third = PostgresMigration(version: 4, name: "third", sql: "CREATE TABLE third (id int)")
            try await client.migrate(self.steps)
            let newer = await postgresError { try await client.migrate(Array(self.steps.prefix(1))) }
            #expect(newer?.code == .schemaTooNew)
            let missing = await postgresError { try await client.migrate([self.steps[0], third]) }
            #expect(missing?.code == .invalidMigrations && missing?.message.contains("migration 2") == true)
            var edited = self.steps
            edited[0].sql += " "
            let edit = await postgresError { try await client.migrate(edited + [third]) }
            #expect(edit?.code == .invalidMigrations && edit?.message.contains("(notes) was edited") == true)
            let planned = await postgresError { try await client.migrationPlan(edited) }
            #expect(planned?.code == .invalidMigrations)
            try await client.migrate(self.steps + [third])
            let late = PostgresMigration(version: 3, name: "late", sql: "CREATE TABLE late (id int)")
            let order = await postgresError { try await client.migrate(self.steps + [late, third]) }
            #expect(order?.code == .invalidMigrations && order?.message.contains("late") == true)
            let found9 = try await rowCount(client, "SELECT 1 FROM pg_tables WHERE tablename = 'late'")
            #expect(found9 == 0)
        }
    }

    @Test func `a table from before checksums gets them`() async throws {
        try await self.withDatabase { client in
            try await client.execute(
                "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz)"
            )
            try await client.execute("INSERT INTO schema_migrations VALUES (1, 'notes', now())")
            try await client.execute("CREATE TABLE notes (id int)")
            let found10 = try await client.migrationPlan(self.steps).map(\.version)
            #expect(found10 == [2])
            try await client.migrate(self.steps)
            let found11 = try await rowCount(client, "SELECT 1 FROM schema_migrations WHERE checksum IS NOT NULL")
            #expect(found11 == 2)
            var edited = self.steps
            edited[0].sql += "; SELECT 1"
            let error = await postgresError { try await client.migrate(edited) }
            #expect(error?.code == .invalidMigrations)
        }
    }
}
