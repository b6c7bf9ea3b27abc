public import ServerRuntime

/// How a `PostgresClient` reaches its server, and the bounds of its pool.
public struct PostgresConfiguration: Sendable, Equatable {
    /// Host name, IP address, or the folder of a Unix socket (begins with `/`).
    public var host: String
    /// TCP port, or the number in the name of the Unix socket.
    public var port: Int
    /// Name of the database.
    public var database: String
    /// Name of the role to log in as.
    public var username: String
    /// Password of the role; nil sends none.
    ///
    /// Never printed.
    public var password: String?
    /// Whether the connection is encrypted and how far the server is checked.
    public var sslMode: PostgresSSLMode
    /// Path of the PEM file with the certificate authorities that the server is checked against; nil takes libpq's
    /// default.
    public var sslRootCertificatePath: String?
    /// Upper bound of open connections.
    public var connectionsMax: Int
    /// Time for one try to open a connection, log-in included.
    public var connectTimeout: Duration
    /// Deadline of a call that names none: waiting for a connection and the answer together.
    public var statementTimeout: Duration
    /// Name that the server shows for our connections.
    public var applicationName: String
    /// Upper bound of callers that wait for a connection; the next one is refused with `.poolExhausted`.
    public var waitersMax: Int
    /// Upper bound of rows in one answer; more of them end the query with `.tooManyRows`.
    public var rowsMax: Int
    /// Delays between tries to open a connection.
    public var reconnect: Backoff

    /// A configuration with the defaults of a server on this machine.
    public init(
        host: String = "127.0.0.1",
        port: Int = 5432,
        database: String,
        username: String,
        password: String? = nil,
        sslMode: PostgresSSLMode = .prefer,
        sslRootCertificatePath: String? = nil,
        connectionsMax: Int = 8,
        connectTimeout: Duration = .seconds(5),
        statementTimeout: Duration = .seconds(30),
        applicationName: String = "",
        waitersMax: Int = 10_000,
        rowsMax: Int = 100_000,
        reconnect: Backoff = Backoff(maximum: .seconds(2))
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.username = username
        self.password = password
        self.sslMode = sslMode
        self.sslRootCertificatePath = sslRootCertificatePath
        self.connectionsMax = max(1, connectionsMax)
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.applicationName = applicationName
        self.waitersMax = max(0, waitersMax)
        self.rowsMax = max(1, rowsMax)
        self.reconnect = reconnect
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomReflectable {
    /// Address, database and role, without the password.
    public var description: String {
        "PostgresConfiguration(\(self.username)@\(self.host):\(self.port)/\(self.database), \(self.sslMode.rawValue))"
    }

    /// A mirror without the password, so that `dump` and test failures do not print it.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": self.description])
    }
}
