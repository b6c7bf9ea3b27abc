import Glibc
import Logging
import Mongo
import ServerRuntime
import TestKit

/// The connection string of a server on this machine or of the stack.
func mongoURI(port: Int? = nil) -> String {
    // A server of a test's own has no users.
    port.map { "mongodb://\(Stack.mongo.host):\($0)/?directConnection=true" } ?? Stack.mongoURI
}

/// A client of the stack's server that runs for the length of `body`.
func withMongo<Result: Sendable>(
    uri: String = mongoURI(),
    connectionsMax: Int = 4,
    waitersMax: Int = 10_000,
    connectTimeout: Duration = .seconds(20),
    serverSelectionTimeout: Duration = .seconds(5),
    operationTimeout: Duration = .seconds(10),
    _ body: (MongoClient) async throws -> Result
) async throws -> Result {
    signal(SIGPIPE, SIG_IGN)
    let configuration = MongoConfiguration(
        uri: uri,
        database: "openim_test",
        connectionsMax: connectionsMax,
        connectTimeout: connectTimeout,
        serverSelectionTimeout: serverSelectionTimeout,
        operationTimeout: operationTimeout,
        applicationName: "mongo-tests",
        waitersMax: waitersMax
    )
    let client = try MongoClient(configuration, logger: Logger(label: "mongo-tests"))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        return try await body(client)
    }
}

/// A collection of a name that nobody else uses, dropped at the end.
func withCollection(
    uri: String = mongoURI(),
    connectionsMax: Int = 4,
    _ body: (MongoCollection) async throws -> Void
) async throws {
    try await withMongo(uri: uri, connectionsMax: connectionsMax) { client in
        let collection = client.collection("test_\(UInt64.random(in: 0 ... .max))")
        do {
            try await body(collection)
        } catch {
            // The first error is the one that tells something.
            _ = try? await client.runCommand(["drop": .string(collection.name)])
            throw error
        }
        // Fails when the test has not written anything.
        _ = try? await client.runCommand(["drop": .string(collection.name)])
    }
}

/// The error that `body` throws; nil when it throws none, or one of another kind.
func mongoError(_ body: () async throws -> some Sendable) async -> MongoError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? MongoError
    }
}
