import Logging
import Redis

/// What all measurements of Redis share.
struct RedisBenchSetting: Sendable {
    let options: BenchOptions
    let server: RedisServer
    let report: BenchReport

    var rounds: Int { self.options.roundCount }
    var port: Int32 { Int32(clamping: self.server.port) }

    /// `calls`, or a hundredth of it for a quick run, at least `least`.
    func scaled(_ calls: Int, least: Int) -> Int {
        max(self.options.quick ? calls / 100 : calls, least)
    }

    /// Runs `body` with a client of the server whose `run()` is a child task.
    func withClient<Result: Sendable>(
        _ configuration: RedisConfiguration? = nil,
        _ body: (RedisClient) async throws -> Result
    ) async throws -> Result {
        let configuration = configuration ?? RedisConfiguration(port: self.server.port)
        let client = RedisClient(configuration, logger: Logger(label: "bench"))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            try await client.ping()
            return try await body(client)
        }
    }
}
