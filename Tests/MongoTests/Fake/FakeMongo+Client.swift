import Logging
import Mongo
import ServerRuntime

/// Runs `body` with a server of its own and a client of it.
func withFakeMongo<Result: Sendable>(
    connectionsMax: Int = 4,
    threadsMax: Int? = nil,
    waitersMax: Int = 1_000,
    uriOptions: String = "",
    closeGrace: Duration = .seconds(5),
    _ react: @escaping FakeMongo.Reactor = { _ in nil },
    body: (MongoClient, FakeMongo) async throws -> Result
) async throws -> Result {
    let server = try FakeMongo(react)
    defer { server.close() }
    var configuration = MongoConfiguration(
        uri: server.uri + uriOptions,
        database: "test",
        connectionsMax: connectionsMax,
        threadsMax: threadsMax,
        connectTimeout: .seconds(5),
        serverSelectionTimeout: .seconds(20),
        operationTimeout: .seconds(20),
        waitersMax: waitersMax
    )
    configuration.closeGrace = closeGrace
    let client = try MongoClient(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        do {
            let result = try await body(client, server)
            group.cancelAll()
            try await group.waitForAll()
            return result
        } catch {
            group.cancelAll()
            throw error
        }
    }
}

/// The error that `body` throws; `nil` when it throws none, or one of another kind.
func mongoError(_ body: () async throws -> some Sendable) async -> MongoError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? MongoError
    }
}
