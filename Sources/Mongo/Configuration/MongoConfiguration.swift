/// How a `MongoClient` reaches its servers, and the bounds of its pool.
///
/// The servers come from a connection string or from a list of hosts. An option that is set here counts before the same
/// one in the string. `MongoClient.init` checks all of them.
public struct MongoConfiguration: Sendable, Equatable {
    /// The connection string, `mongodb://…` or `mongodb+srv://…`.
    ///
    /// May hold a password, so it is never printed.
    public var uri: String
    /// Name of the database that `MongoClient.collection` and the like use.
    public var database: String
    /// Who the client is; `nil` takes what the connection string has.
    public var credentials: MongoCredentials?
    /// Encryption; `nil` takes what the connection string has.
    public var tls: MongoTLS?
    /// Name of the replica set that the servers must belong to; `nil` takes what the connection string has.
    public var replicaSet: String?
    /// Whether to speak to the one host of the string whatever it is; `nil` takes what the connection string has.
    public var directConnection: Bool?
    /// Which members answer reads; `nil` takes what the connection string has, by default the primary.
    public var readPreference: MongoReadPreference?
    /// Which data reads may return; `nil` takes what the connection string has, by default that of the server.
    public var readConcern: MongoReadConcern?
    /// When a write counts as done.
    public var writeConcern: MongoWriteConcern
    /// Whether libmongoc sends a read once more after a lost connection; `nil` takes what the string has, by default yes.
    public var retryReads: Bool?
    /// Whether libmongoc sends a write of one document once more after a lost connection, under a number by which the
    /// server knows it again; `nil` takes what the string has, by default yes.
    public var retryWrites: Bool?
    /// Upper bound of clients of libmongoc, each with one connection to each server that it uses; 1...1000.
    public var connectionsMax: Int
    /// Upper bound of threads for calls; 1...`connectionsMax`.
    public var threadsMax: Int
    /// Upper bound of calls that wait for a client; the next one is refused with `.poolExhausted`.
    public var waitersMax: Int
    /// Time for opening one connection: name, TCP, TLS and authentication.
    public var connectTimeout: Duration
    /// How long a call waits for a suitable server to be found.
    public var serverSelectionTimeout: Duration
    /// Deadline of a call that names none.
    public var operationTimeout: Duration
    /// How long a client that ends lets running calls go on.
    public var closeGrace: Duration
    /// Commands that take longer than this are logged.
    public var slowCommandThreshold: Duration
    /// Name that the server shows for our connections; at most 128 bytes.
    public var applicationName: String

    /// A configuration from a connection string, with the defaults of the other options.
    ///
    /// Each parameter is the property of its name; `threadsMax` is the smaller of `connectionsMax` and 16 by default.
    public init(
        uri: String,
        database: String,
        connectionsMax: Int = 8,
        threadsMax: Int? = nil,
        connectTimeout: Duration = .seconds(5),
        serverSelectionTimeout: Duration = .seconds(5),
        operationTimeout: Duration = .seconds(10),
        applicationName: String = "",
        waitersMax: Int = 10_000,
        writeConcern: MongoWriteConcern = MongoWriteConcern()
    ) {
        self.uri = uri
        self.database = database
        self.connectionsMax = connectionsMax
        self.threadsMax = threadsMax ?? max(1, min(connectionsMax, 16))
        self.waitersMax = waitersMax
        self.connectTimeout = connectTimeout
        self.serverSelectionTimeout = serverSelectionTimeout
        self.operationTimeout = operationTimeout
        self.closeGrace = .seconds(5)
        self.slowCommandThreshold = .seconds(1)
        self.applicationName = applicationName
        self.writeConcern = writeConcern
    }

    /// A configuration from a list of hosts, with the defaults of the other options.
    ///
    /// - Parameters:
    ///   - hosts: at least one; with more than one they are members of a replica set or routers of a sharded cluster.
    ///   - database: name of the database.
    ///   - credentials: who the client is; `nil` for servers that know no users.
    ///   - tls: encryption; `nil` for none.
    ///   - replicaSet: name of the replica set.
    ///   - directConnection: whether to speak to the one host whatever it is.
    public init(
        hosts: [MongoHost],
        database: String,
        credentials: MongoCredentials? = nil,
        tls: MongoTLS? = nil,
        replicaSet: String? = nil,
        directConnection: Bool? = nil
    ) {
        self.init(uri: "mongodb://\(hosts.map(\.uriPart).joined(separator: ","))/", database: database)
        self.credentials = credentials
        self.tls = tls
        self.replicaSet = replicaSet
        self.directConnection = directConnection
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
