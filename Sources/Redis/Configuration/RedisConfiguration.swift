public import ServerRuntime

/// Where the server is and how to talk to it.
public struct RedisConfiguration: Sendable, Equatable {
    /// A host name or an address.
    public var host: String
    /// The TCP port, 1...65535.
    public var port: Int
    /// The user of the server's access list; empty for the default user.
    public var username: String
    /// The password; empty for none.
    public var password: String
    /// The database that is selected, from 0.
    public var database: Int
    /// The name under which `CLIENT LIST` shows the connection; empty for none.
    ///
    /// No spaces.
    public var clientName: String
    /// The limit of one try to connect: name resolution, TCP and handshake together.
    public var connectTimeout: Duration
    /// The time that a call without a deadline has.
    public var commandTimeout: Duration
    /// How long the server may send nothing, counted from the first overdue reply, before the connection is given up.
    public var stallTimeout: Duration
    /// Commands that may be queued or in flight at once; one more fails with `.queueFull`.
    public var pendingCommandsMax: Int
    /// Bytes of encoded commands that may be queued or in flight at once; more fail with `.queueFull`.
    public var pendingBytesMax: Int
    /// Bytes of one reply; a longer one is a protocol error and ends the connection.
    public var replyBytesMax: Int
    /// The delays between tries to connect.
    public var reconnect: Backoff

    /// A configuration; the defaults suit a server in the same data centre.
    public init(
        host: String = "127.0.0.1",
        port: Int = 6379,
        username: String = "",
        password: String = "",
        database: Int = 0,
        clientName: String = "",
        connectTimeout: Duration = .seconds(5),
        commandTimeout: Duration = .seconds(5),
        stallTimeout: Duration = .seconds(10),
        pendingCommandsMax: Int = 65_536,
        pendingBytesMax: Int = 256 << 20,
        replyBytesMax: Int = 512 << 20,
        reconnect: Backoff = Backoff()
    ) {
        self.host = host
        self.port = port
        self.username = username
        self.password = password
        self.database = database
        self.clientName = clientName
        self.connectTimeout = connectTimeout
        self.commandTimeout = commandTimeout
        self.stallTimeout = stallTimeout
        self.pendingCommandsMax = pendingCommandsMax
        self.pendingBytesMax = pendingBytesMax
        self.replyBytesMax = replyBytesMax
        self.reconnect = reconnect
    }
}
