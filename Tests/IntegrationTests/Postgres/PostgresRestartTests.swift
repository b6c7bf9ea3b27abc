import Glibc
import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "PostgreSQL's programs on this machine"))
struct PostgresRestartTests {
    @Test func `after a restart of the server the next calls work without a new client`() async throws {
        try await withPrivatePostgres { port, start, kill in
            let configuration = PostgresConfiguration(
                port: port,
                database: "postgres",
                username: "app",
                connectionsMax: 3
            )
            try await withRunning(configuration) { client in
                try await client.execute("CREATE TABLE kept (id int)")
                async let interrupted = postgresError { try await client.query("SELECT pg_sleep(30)") }
                async let other = postgresError { try await client.query("SELECT pg_sleep(30)") }
                try await Task.sleep(for: .milliseconds(200))
                try await Shell.run(kill)
                let errors = await [interrupted, other]
                #expect(errors.allSatisfy { $0?.mayHaveBeenApplied == true && $0?.isRetriable == true })
                let down = await postgresError {
                    try await client.query("SELECT 1", deadline: .after(.milliseconds(300)))
                }
                #expect(down?.code == .connectionFailed && down?.mayHaveBeenApplied == false)
                async let waiting = rowCount(client, "SELECT 1")
                try await Shell.run(start)
                #expect(try await waiting == 1)
                let found = try await rowCount(client, "SELECT * FROM kept")
                #expect(found == 0)
                try await Shell.run(kill)
                try await Shell.run(start)
                // The idle connections are all dead now; the pool notices before it hands one out.
                for _ in 0..<5 {
                    let found = try await rowCount(client, "SELECT 1")
                    #expect(found == 1)
                }
            }
        }
    }

    @Test func `a killed server process fails what it ran and the pool heals after the recovery`() async throws {
        try await withPrivatePostgres { port, _, _ in
            let configuration = PostgresConfiguration(
                port: port,
                database: "postgres",
                username: "app",
                connectionsMax: 2
            )
            try await withRunning(configuration) { client in
                async let interrupted = postgresError { try await client.query("SELECT pg_sleep(30)") }
                var process: Int?
                for _ in 0..<100 where process == nil {
                    let rows = try await client.query(
                        "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)' AND pid <> pg_backend_pid()"
                    )
                    process = try rows.first?.decode("pid", as: Int.self)
                    try await Task.sleep(for: .milliseconds(20))
                }
                try await Shell.run("kill -9 \(try #require(process))")
                let error = await interrupted
                #expect(error?.mayHaveBeenApplied == true && error?.isRetriable == true)
                // The server ends all sessions and recovers; a call may still meet the one or the other.
                var answered = 0
                for _ in 0..<100 where answered < 3 {
                    let error = await postgresError {
                        try await client.query("SELECT 1", deadline: .after(.seconds(10)))
                    }
                    #expect(error == nil || error?.isRetriable == true)
                    answered = error == nil ? answered + 1 : 0
                }
                #expect(answered == 3)
            }
        }
    }

    @Test func `a COMMIT whose answer is lost says that it may have been applied`() async throws {
        try await withPrivatePostgres { port, _, kill in
            let configuration = PostgresConfiguration(port: port, database: "postgres", username: "app")
            try await withRunning(configuration) { client in
                // A deferred trigger holds the COMMIT up until the server is killed.
                try await client.execute("CREATE TABLE slow (id int)")
                try await client.execute(
                    """
                    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'
                    """
                )
                try await client.execute(
                    """
                    CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION wait()
                    """
                )
                async let committing = postgresError {
                    try await client.transaction { try await $0.execute("INSERT INTO slow VALUES (1)") }
                }
                try await Task.sleep(for: .milliseconds(300))
                try await Shell.run(kill)
                let error = await committing
                #expect(error?.code == .commitUncertain && error?.mayHaveBeenApplied == true)
            }
        }
    }
}
