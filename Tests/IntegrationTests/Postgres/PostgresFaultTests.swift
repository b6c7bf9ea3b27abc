import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "a PostgreSQL server on the stack's port"))
struct PostgresFaultTests {
    @Test func `a statement beyond its deadline ends in time, is stopped, and leaves the pool healthy`() async throws {
        try await withPostgres(connectionsMax: 2) { client in
            let marker = "marker_\(UInt32.random(in: 0 ... .max))"
            let start = ContinuousClock.now
            let error = await postgresError {
                try await client.query(
                    "SELECT pg_sleep(20) AS \(unescaped: marker)",
                    deadline: .after(.seconds(4))
                )
            }
            #expect(error?.code == .timeout && error?.mayHaveBeenApplied == true)
            #expect(start.duration(to: .now) < .seconds(10))
            for _ in 0..<10 {
                let found1 = try await client.query("SELECT 7 AS n").first?.decode("n", as: Int.self)
                #expect(found1 == 7)
            }
            let pattern = "%AS \(marker)%"
            var running = -1
            for _ in 0..<50 where running != 0 {
                let rows = try await client.query(
                    """
                    SELECT count(*) AS n FROM pg_stat_activity
                    WHERE state = 'active' AND query LIKE \(pattern) AND pid <> pg_backend_pid()
                    """
                )
                running = try rows.first?.decode("n") ?? -1
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(running == 0)
        }
    }

    @Test func `a cancelled query leaves the pool healthy`() async throws {
        try await withPostgres(connectionsMax: 1) { client in
            let task = Task { try await client.query("SELECT pg_sleep(20)") }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            let error = await postgresError { try await task.value }
            #expect(error?.code == .cancelled)
            let rows1 = try await rowCount(client, "SELECT 1")
            #expect(rows1 == 1)
        }
    }

    @Test func `a caller that waits for a connection ends at its deadline and the queue has a bound`() async throws {
        try await withPostgres(connectionsMax: 1, waitersMax: 1) { client in
            try await client.transaction { _ in
                async let waiting = postgresError {
                    try await client.query("SELECT 1", deadline: .after(.milliseconds(500)))
                }
                try await Task.sleep(for: .milliseconds(100))
                let refused = await postgresError { try await client.query("SELECT 1") }
                #expect(refused?.code == .poolExhausted)
                let late = await waiting
                #expect(late?.code == .timeout && late?.mayHaveBeenApplied == false)
            }
        }
    }

    @Test func `a killed session fails its call and the next call works`() async throws {
        try await withPostgres(connectionsMax: 2) { client in
            let error = await postgresError {
                try await client.query("SELECT pg_terminate_backend(pg_backend_pid())")
            }
            #expect(error != nil)
            let rows2 = try await rowCount(client, "SELECT 1")
            #expect(rows2 == 1)
        }
    }

    @Test func `a server that is not there fails the call at its deadline with the reason`() async throws {
        let configuration = PostgresConfiguration(port: 1, database: "postgres", username: "app")
        try await withRunning(configuration) { client in
            let error = await postgresError {
                try await client.query("SELECT 1", deadline: .after(.seconds(4)))
            }
            #expect(error?.code == .connectionFailed && error?.isRetriable == true)
            #expect((error?.cause as? PostgresError)?.code == .connectionFailed)
        }
    }

    @Test func `an unknown database fails at once`() async throws {
        let configuration = PostgresConfiguration(
            host: "localhost",
            port: Stack.postgres.port,
            database: "no_such_database",
            username: "openim",
            password: Stack.postgres.password
        )
        try await withRunning(configuration) { client in
            let error = await postgresError { try await client.query("SELECT 1") }
            #expect(error?.code == .authenticationFailed)
        }
    }

    @Test func `calls after the end of run are refused`() async throws {
        let client = try await withPostgres { client in
            try await client.query("SELECT 1")
            return client
        }
        let error = await postgresError { try await client.query("SELECT 1") }
        #expect(error?.code == .closed)
    }
}
