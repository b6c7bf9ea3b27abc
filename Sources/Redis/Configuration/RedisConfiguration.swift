public import OpenSSL
public import ServerRuntime

/// Where the servers are and how to talk to them.
public struct RedisConfiguration: Sendable, Equatable {
    /// One server, a master that sentinels watch over, or a cluster.
    public var topology: RedisTopology
    /// The host name or address of a single server.
    public var host: String
    /// The TCP port of a single server, 1...65535.
    public var port: Int
    /// How connections are encrypted; `nil` for none.
    public var tls: TLSConfiguration?
    /// The user of the server's access list; empty for the default user.
    public var username: String
    /// The password; empty for none.
    public var password: String
    /// The database that is selected, from 0; a cluster has only 0.
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
    /// How many connections to each server all callers share; calls go to them in turn.
    ///
    /// One is the fastest for most: commands of all callers travel together. More help where large values would hold up
    /// small ones.
    public var sharedConnections: Int
    /// How many connections to each server may be leased at once, for blocking commands and `withConnection`.
    ///
    /// Who asks for one more waits.
    public var leasedConnectionsMax: Int
    /// How long a leased connection is kept for the next lease.
    public var leasedConnectionIdleTimeout: Duration

    /// A configuration; the defaults suit a server in the same data centre.
    public init(
        topology: RedisTopology = .single,
        host: String = "127.0.0.1",
        port: Int = 6379,
        tls: TLSConfiguration? = nil,
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
        reconnect: Backoff = Backoff(),
        sharedConnections: Int = 1,
        leasedConnectionsMax: Int = 64,
        leasedConnectionIdleTimeout: Duration = .seconds(60)
    ) {
        self.topology = topology
        self.tls = tls
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
        self.sharedConnections = sharedConnections
        self.leasedConnectionsMax = leasedConnectionsMax
        self.leasedConnectionIdleTimeout = leasedConnectionIdleTimeout
    }
}
