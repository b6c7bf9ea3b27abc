import Glibc
import Logging
import Redis
import ServerRuntime

/// Runs `body` with a client whose `run()` is a child task; both have ended on return.
func withRedisClient<Result: Sendable>(
    _ configuration: RedisConfiguration,
    _ body: (RedisClient) async throws -> Result
) async throws -> Result {
    signal(SIGPIPE, SIG_IGN)
    let client = RedisClient(configuration, logger: Logger(label: "redis-test"))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        return try await body(client)
    }
}

/// The error that `body` throws, or `nil`.
func redisError<Value>(_ body: () async throws(RedisError) -> Value) async -> RedisError? {
    do throws(RedisError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
