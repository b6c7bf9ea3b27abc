/// How a `MongoClient` reaches its servers, and the bounds of its pool.
public struct MongoConfiguration: Sendable, Equatable {
    /// The connection string, `mongodb://…`.
    ///
    /// May hold a password, so it is never printed.
    public var uri: String
    /// Name of the database.
    public var database: String
    /// Number of connections, and of the threads that wait on them.
    public var connectionsMax: Int
    /// Time for opening one connection.
    public var connectTimeout: Duration
    /// How long a call waits for a suitable server to be found.
    public var serverSelectionTimeout: Duration
    /// Deadline of a call that names none, and the longest wait for one answer of the server in any call.
    public var operationTimeout: Duration
    /// Name that the server shows for our connections.
    public var applicationName: String
    /// Upper bound of calls that wait for a connection; the next one is refused with `.poolExhausted`.
    public var waitersMax: Int
    /// When a write counts as done.
    public var writeConcern: MongoWriteConcern

    /// A configuration with the defaults for a replica set on this machine.
    public init(
        uri: String,
        database: String,
        connectionsMax: Int = 8,
        connectTimeout: Duration = .seconds(5),
        serverSelectionTimeout: Duration = .seconds(5),
        operationTimeout: Duration = .seconds(10),
        applicationName: String = "",
        waitersMax: Int = 10_000,
        writeConcern: MongoWriteConcern = MongoWriteConcern()
    ) {
        self.uri = uri
        self.database = database
        self.connectionsMax = min(max(1, connectionsMax), 1000)
        self.connectTimeout = connectTimeout
        self.serverSelectionTimeout = serverSelectionTimeout
        self.operationTimeout = operationTimeout
        self.applicationName = applicationName
        self.waitersMax = max(0, waitersMax)
        self.writeConcern = writeConcern
    }
}

extension MongoConfiguration: CustomStringConvertible, CustomReflectable {
    /// The database, without the connection string.
    public var description: String {
        "MongoConfiguration(database: \(self.database), connectionsMax: \(self.connectionsMax))"
    }

    /// A mirror without the connection string, so that `dump` and test failures do not print a password.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": self.description])
    }
}
