import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresTransactionTests {
    private struct Refused: Error {}

    private func count(_ client: PostgresClient, _ table: String) async throws -> Int {
        try await client.query("SELECT count(*) AS n FROM \(unescaped: table)").first?.decode("n") ?? -1
    }

    @Test func `a body that returns is committed`() async throws {
        try await withPostgres { client in
            try await withTable(client, "id int") { table in
                let touched = try await client.transaction { transaction in
                    try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1), (2)")
                }
                #expect(touched == 2)
                let found1 = try await self.count(client, table)
                #expect(found1 == 2)
            }
        }
    }

    @Test func `a body that throws is undone and its error comes out`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            try await withTable(client, "id int") { table in
                await #expect(throws: Refused.self) {
                    try await client.transaction { transaction in
                        try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                        throw Refused()
                    }
                }
                let found2 = try await self.count(client, table)
                #expect(found2 == 0)
            }
        }
    }

    @Test func `a cancelled body is undone`() async throws {
        try await withPostgres(connectionsMax: 2) { client in
            try await withTable(client, "id int") { table in
                let task = Task {
                    try await client.transaction { transaction in
                        try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                        try await transaction.query("SELECT pg_sleep(30)")
                    }
                }
                try await Task.sleep(for: .milliseconds(200))
                task.cancel()
                let error = await postgresError { try await task.value }
                #expect(error?.code == .cancelled)
                let found3 = try await self.count(client, table)
                #expect(found3 == 0)
            }
        }
    }

    @Test func `a transaction whose failed statement was swallowed is not taken for committed`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            try await withTable(client, "id int PRIMARY KEY") { table in
                let error = await postgresError {
                    try await client.transaction { transaction in
                        try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                        _ = try? await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                    }
                }
                #expect(error?.code == .transactionAborted && error?.mayHaveBeenApplied == false)
                let found4 = try await self.count(client, table)
                #expect(found4 == 0)
            }
        }
    }

    @Test func `serializable transactions that meet fail with a retriable error`() async throws {
        try await withPostgres { client in
            try await withTable(client, "id int PRIMARY KEY, n int") { table in
                try await client.execute("INSERT INTO \(unescaped: table) VALUES (1, 0)")
                let error = await postgresError {
                    try await client.transaction(isolation: .serializable) { first in
                        try await first.query("SELECT n FROM \(unescaped: table)")
                        try await client.execute("UPDATE \(unescaped: table) SET n = n + 1")
                        try await first.execute("UPDATE \(unescaped: table) SET n = n + 1")
                    }
                }
                #expect(error?.code == .serializationFailure && error?.isRetriable == true)
            }
        }
    }

    @Test func `a transaction used after its end is refused`() async throws {
        try await withPostgres { client in
            let leaked = try await client.transaction { $0 }
            let error = await postgresError { try await leaked.query("SELECT 1") }
            #expect(error?.code == .transactionMisuse)
        }
    }

    @Test func `a transaction is not ended by a query of its body`() async throws {
        try await withPostgres { client in
            try await withTable(client, "id int") { table in
                let error = await postgresError {
                    try await client.transaction { transaction in
                        try await transaction.execute("INSERT INTO \(unescaped: table) VALUES (1)")
                        try await transaction.execute("/* now */ COMMIT")
                    }
                }
                #expect(error?.code == .invalidQuery)
                let count = try await rowCount(client, "SELECT id FROM \(unescaped: table)")
                #expect(count == 0)
            }
        }
    }
}
