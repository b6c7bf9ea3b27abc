import Logging
import Mongo

/// What all measurements of MongoDB share.
struct MongoBenchSetting: Sendable {
    let options: BenchOptions
    let server: MongoServer
    let report: BenchReport

    var rounds: Int { self.options.roundCount }

    /// `count`, or a tenth of it for a quick run, at least `least`.
    func scaled(_ count: Int, least: Int) -> Int {
        max(self.options.quick ? count / 10 : count, least)
    }

    /// Runs `body` with a client of the server, of at most `connections` connections, whose `run()` is a child task.
    func withClient<Result: Sendable>(
        connections: Int,
        _ body: (MongoClient) async throws -> Result
    ) async throws -> Result {
        let configuration = MongoConfiguration(
            uri: self.server.uri,
            database: MongoServer.database,
            connectionsMax: connections,
            operationTimeout: .seconds(30),
            applicationName: "bench"
        )
        // On a busy machine the stand-in's answers count as slow.
        var logger = Logger(label: "bench")
        logger.logLevel = .warning
        let client = try MongoClient(configuration, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            return try await body(client)
        }
    }
}
