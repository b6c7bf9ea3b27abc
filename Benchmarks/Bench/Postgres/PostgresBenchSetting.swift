import Logging
import Postgres

/// What all measurements of Postgres share.
struct PostgresBenchSetting: Sendable {
    let options: BenchOptions
    let server: PostgresServer
    let report: BenchReport

    var rounds: Int { self.options.roundCount }

    /// `count`, or a hundredth of it for a quick run, at least `least`.
    func scaled(_ count: Int, least: Int) -> Int {
        max(self.options.quick ? count / 100 : count, least)
    }

    /// Runs `body` with a client of the server, of at most 8 connections, whose `run()` is a child task.
    func withClient<Result: Sendable>(_ body: (PostgresClient) async throws -> Result) async throws -> Result {
        let configuration = PostgresConfiguration(
            port: self.server.port,
            database: PostgresServer.database,
            username: PostgresServer.user,
            sslMode: .disable,
            connectionsMax: PostgresSelects.connections,
            statementTimeout: .seconds(120),
            applicationName: "bench"
        )
        let client = PostgresClient(configuration, logger: Logger(label: "bench"))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            try await client.query("SELECT 1")
            return try await body(client)
        }
    }
}
