import Glibc
import Logging
import Postgres
import ServerRuntime
import TestKit

/// A client of the stack's server that runs for the length of `body`.
func withPostgres<Result: Sendable>(
    connectionsMax: Int = 4,
    waitersMax: Int = 10_000,
    statementTimeout: Duration = .seconds(10),
    _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    var configuration = stackConfiguration(connectionsMax: connectionsMax)
    configuration.waitersMax = waitersMax
    configuration.statementTimeout = statementTimeout
    return try await withRunning(configuration, body)
}

/// How to reach the stack's server.
func stackConfiguration(connectionsMax: Int = 4) -> PostgresConfiguration {
    let password = Stack.postgres.password
    return PostgresConfiguration(
        host: Stack.postgres.host,
        port: Stack.postgres.port,
        database: "openim",
        username: "openim",
        password: password.isEmpty ? nil : password,
        connectionsMax: connectionsMax,
        statementTimeout: .seconds(10),
        applicationName: "postgres-tests"
    )
}

/// A client of this configuration that runs for the length of `body`.
func withRunning<Result: Sendable>(
    _ configuration: PostgresConfiguration,
    _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    signal(SIGPIPE, SIG_IGN)
    let client = PostgresClient(configuration, logger: Logger(label: "postgres-tests"))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        return try await body(client)
    }
}

/// A table of a name that nobody else uses, dropped at the end.
func withTable<Result: Sendable>(
    _ client: PostgresClient,
    _ columns: String,
    _ body: (String) async throws -> Result
) async throws -> Result {
    let name = "test_\(UInt64.random(in: 0 ... .max))"
    try await client.execute("CREATE TABLE \(unescaped: name) (\(unescaped: columns))")
    do {
        let result = try await body(name)
        try await client.execute("DROP TABLE \(unescaped: name)")
        return result
    } catch {
        // The first error is the one that tells something.
        _ = try? await client.execute("DROP TABLE IF EXISTS \(unescaped: name)")
        throw error
    }
}

/// The error that `body` throws; nil when it throws none, or one of another kind.
func postgresError(_ body: () async throws -> some Sendable) async -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

/// How many rows a query has.
func rowCount(_ client: PostgresClient, _ query: PostgresQuery) async throws -> Int {
    try await client.query(query).count
}
