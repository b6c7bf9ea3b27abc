import Glibc
import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "PostgreSQL's programs on this machine"))
struct PostgresRestartTests {
    /// A private server, stopped and removed at the end; `body` gets the scripts that start and kill it.
    private func withServer(_ body: (_ port: Int, _ start: String, _ kill: String) async throws -> Void) async throws {
        let folder = "/tmp/postgres-test-\(UInt64.random(in: 0 ... .max))"
        let port = try Shell.freePort()
        let tools = """
            B=$(pg_config --bindir); D=\(folder); AS=; cd /
            [ $(id -u) != 0 ] || AS='setpriv --reuid=postgres --regid=postgres --clear-groups'

            """
        let create = """
            \(tools) mkdir -p $D/data; touch $D/log; [ $(id -u) != 0 ] || chown -R postgres $D
            $AS $B/initdb -D $D/data -U app --auth=trust --encoding=UTF8 --locale=C.UTF-8 -N >/dev/null
            """
        let start = """
            \(tools) $AS $B/pg_ctl -D $D/data -l $D/log -w -o "-p \(port) -c listen_addresses=127.0.0.1 \
            -c unix_socket_directories=$D -c fsync=off" start >/dev/null
            """
        let kill = "\(tools) $AS $B/pg_ctl -D $D/data -m immediate stop >/dev/null"
        try await Shell.run(create)
        do {
            try await Shell.run(start)
            try await body(port, start, kill)
        } catch {
            // Not running any more when the test failed in between.
            try? await Shell.run("\(kill) || true; rm -rf \(folder)")
            throw error
        }
        try await Shell.run("\(kill) || true; rm -rf \(folder)")
    }

    @Test func `after a restart of the server the next calls work without a new client`() async throws {
        try await self.withServer { port, start, kill in
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

    @Test func `a COMMIT whose answer is lost says that it may have been applied`() async throws {
        try await self.withServer { port, _, kill in
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
