import Postgres
import TestKit
import Testing

/// One after the other: the table of migrations is one for the whole database.
@Suite(.serialized, .enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresMigrationTests {
    private let steps = [
        PostgresMigration(version: 1, name: "notes", sql: "CREATE TABLE notes (id int); INSERT INTO notes VALUES (1)"),
        PostgresMigration(
            version: 2,
            name: "texts",
            sql: "ALTER TABLE notes ADD text text; INSERT INTO notes VALUES (2)"
        ),
    ]

    /// A client of a database of its own.
    private func withDatabase(_ body: (PostgresClient) async throws -> Void) async throws {
        let name = "migrations_\(UInt64.random(in: 0 ... .max))"
        try await withPostgres { admin in
            try await admin.execute("CREATE DATABASE \(unescaped: name)")
            let configuration = PostgresConfiguration(
                host: Stack.postgres.host,
                port: Stack.postgres.port,
                database: name,
                username: "openim",
                password: Stack.postgres.password,
                connectionsMax: 4
            )
            do {
                try await withRunning(configuration, body)
            } catch {
                // The first error is the one that tells something.
                _ = try? await admin.execute("DROP DATABASE \(unescaped: name) WITH (FORCE)")
                throw error
            }
            try await admin.execute("DROP DATABASE \(unescaped: name) WITH (FORCE)")
        }
    }

    @Test func `ten concurrent calls apply each migration once`() async throws {
        try await self.withDatabase { client in
            let steps = self.steps
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await client.migrate(steps) }
                }
                try await group.waitForAll()
            }
            let rows = try await client.query("SELECT id FROM notes ORDER BY id")
            #expect(try rows.map { try $0.decode("id", as: Int.self) } == [1, 2])
            try await client.migrate(steps)
        }
    }

    @Test func `a failed migration is undone and the ones before it stay`() async throws {
        try await self.withDatabase { client in
            let broken = PostgresMigration(version: 3, name: "broken", sql: "INSERT INTO notes VALUES (3); SELECT 1/0")
            let error = await postgresError { try await client.migrate(self.steps + [broken]) }
            #expect(error?.sqlState == "22012")
            let rows1 = try await rowCount(client, "SELECT id FROM notes")
            #expect(rows1 == 2)
            let rows2 = try await rowCount(client, "SELECT version FROM schema_migrations")
            #expect(rows2 == 2)
        }
    }

    @Test func `a newer schema and a late migration are refused`() async throws {
        try await self.withDatabase { client in
            try await client.migrate(self.steps)
            let newer = await postgresError { try await client.migrate(Array(self.steps.prefix(1))) }
            #expect(newer?.code == .schemaTooNew)
            let order = await postgresError { try await client.migrate(self.steps.reversed()) }
            #expect(order?.code == .invalidMigrations)
        }
    }
}
