public import ServerRuntime

/// How a `PostgresClient` reaches its server, and the bounds of its pool.
public struct PostgresConfiguration: Sendable, Equatable {
    /// Host name, IP address, or the folder of a Unix socket (begins with `/`).
    public var host: String
    /// TCP port, or the number in the name of the Unix socket.
    public var port: Int
    /// Servers that are tried in order when that at `host` does not let us in or is no `sessionTarget`.
    public var otherHosts: [PostgresHost] = []
    /// Which of the servers will do.
    public var sessionTarget = PostgresSessionTarget.any
    /// Name of the database.
    public var database: String
    /// Name of the role to log in as.
    public var username: String
    /// Password of the role; nil leaves it to libpq, which takes `PGPASSWORD` or the file `~/.pgpass` if there is one.
    ///
    /// Never printed.
    public var password: String?
    /// Whether the connection is encrypted and how far the server is checked.
    public var sslMode: PostgresSSLMode
    /// Certificates and rules of TLS.
    public var tls: PostgresTLS
    /// Upper bound of open connections.
    public var connectionsMax: Int
    /// Statements that one connection is sent at most before the first is answered; 1 turns pipelining off.
    ///
    /// A statement is sent behind another only when all connections are busy. Each has its own implicit transaction.
    public var pipelineDepthMax = 16
    /// Prepared statements that each connection keeps at most; 0 prepares none, as a pooler in transaction mode needs it.
    public var preparedStatementsMax = 256
    /// Time for one try to open a connection, log-in included.
    public var connectTimeout: Duration
    /// Deadline of a call that names none: waiting for a connection and the answer together.
    public var statementTimeout: Duration
    /// How long a statement that was given up, by deadline or cancellation, may take to end after the server was asked to
    /// stop it; then its connection is closed.
    public var cancelGrace: Duration = .seconds(3)
    /// Name that the server shows for our connections.
    public var applicationName: String
    /// Settings of each session, such as `search_path`, by name.
    public var sessionSettings: [String: String] = [:]
    /// Upper bound of callers that wait for a connection; the next one is refused with `.poolExhausted`.
    public var waitersMax: Int
    /// Upper bound of rows in one answer; more of them end the query with `.tooManyRows`.
    public var rowsMax: Int
    /// Upper bound of bytes in one answer; one that gets longer is stopped with `.tooManyRows`.
    ///
    /// Guards the memory of this process; looked at between rows, so that one very long value comes through.
    public var answerBytesMax = 256 << 20
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
        self.tls = PostgresTLS(rootCertificatePath: sslRootCertificatePath)
        self.connectionsMax = max(1, connectionsMax)
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.applicationName = applicationName
        self.waitersMax = max(0, waitersMax)
        self.rowsMax = max(1, rowsMax)
        self.reconnect = reconnect
    }

    /// Path of the PEM file with the certificate authorities that the server is checked against; nil takes libpq's
    /// default.
    public var sslRootCertificatePath: String? {
        get { self.tls.rootCertificatePath }
        set { self.tls.rootCertificatePath = newValue }
    }

    /// All servers, in the order in which they are tried.
    var hosts: [PostgresHost] {
        [PostgresHost(self.host, port: self.port)] + self.otherHosts
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomReflectable {
    /// Addresses, database and role, without the password.
    public var description: String {
        let hosts = self.hosts.map { "\($0.name):\($0.port)" }.joined(separator: ",")
        return "PostgresConfiguration(\(self.username)@\(hosts)/\(self.database), \(self.sslMode.rawValue))"
    }

    /// A mirror without the password, so that `dump` and test failures do not print it.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": self.description])
    }
}
