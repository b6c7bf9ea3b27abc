import Glibc
import Logging
import ServerRuntime
import Synchronization

@testable import Mongo

/// A client of any server that runs for the length of `body`.
func withMongoClient<Result: Sendable>(
    _ configuration: MongoConfiguration,
    _ body: (MongoClient) async throws -> Result
) async throws -> Result {
    let client = try MongoClient(configuration, logger: Logger(label: "mongo-tests"))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        return try await body(client)
    }
}

/// The configuration for a server, or a proxy of one, on a port of this machine.
func faultConfiguration(_ port: Int, connectionsMax: Int = 4) -> MongoConfiguration {
    MongoConfiguration(
        uri: mongoURI(port: port),
        database: "faults",
        connectionsMax: connectionsMax,
        connectTimeout: .seconds(2),
        serverSelectionTimeout: .seconds(10),
        operationTimeout: .seconds(10)
    )
}

extension MongoClient {
    /// How many clients of libmongoc calls, cursors and sessions have at the moment.
    var clientsInUse: Int { self.engine.state.withLock { $0.pool.usedCount } }
}
