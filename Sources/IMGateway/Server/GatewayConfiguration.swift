/// What a gateway is told from outside.
package struct GatewayConfiguration: Sendable {
    /// The address to listen on, an IP address or a host name of this machine.
    package var listenIP: String
    /// The TCP port; 0 takes a free one.
    package var port: Int
    /// The most connections that are admitted or being admitted; further ones are refused with 1601.
    package var connectionsMax: Int
    /// The time from TCP connect to the end of admission, and the most that a closing connection waits for its peer.
    package var handshakeTimeout: Duration
    /// The most bytes of one incoming message on the wire, summed over its fragments.
    package var frameBytesMax: Int
    /// The most bytes that one incoming message may decompress to.
    package var decompressedBytesMax: Int
    /// The most requests of one connection that wait for their turn; at the bound its socket is not read.
    package var requestsWaitingMax: Int
    /// The most frames of one connection that wait for room in its socket; one more closes the connection.
    package var framesQueuedMax: Int
    /// A connection without a complete frame for so long is closed.
    package var readTimeout: Duration
    /// The time between pings to connections of platform Web.
    package var webPingInterval: Duration
    /// The most time that a stop leaves requests and clients before connections are cut.
    package var shutdownTimeout: Duration
    /// zlib's level for outgoing frames, -1 for its default.
    package var compressionLevel: Int
    /// Which logins of one user exclude each other.
    package var loginPolicy: LoginPolicy
    /// The users that have the rights of an app administrator.
    package var adminUserIDs: Set<String>
    /// Makes a connection's id, 32 hex digits, of a text that names peer and time.
    package var makeConnectionID: @Sendable (String) -> String

    /// The settings of OpenIM v3.8.
    ///
    /// - Parameter makeConnectionID: the lower-case hex MD5 of its argument, in OpenIM.
    package init(makeConnectionID: @escaping @Sendable (String) -> String) {
        self.listenIP = "0.0.0.0"
        self.port = 10001
        self.connectionsMax = 100_000
        self.handshakeTimeout = .seconds(10)
        self.frameBytesMax = 51200
        self.decompressedBytesMax = 4 << 20
        self.requestsWaitingMax = 64
        self.framesQueuedMax = 256
        self.readTimeout = .seconds(30)
        self.webPingInterval = .seconds(27)
        self.shutdownTimeout = .seconds(10)
        self.compressionLevel = -1
        self.loginPolicy = .samePlatform
        self.adminUserIDs = []
        self.makeConnectionID = makeConnectionID
    }

    /// How often an event loop looks at its connections' timers: a quarter of the shortest, at most a second.
    var tickInterval: Duration {
        let shortest = min(self.handshakeTimeout, self.readTimeout, self.webPingInterval)
        return max(.milliseconds(5), min(.seconds(1), shortest / 4))
    }

    /// `duration` in ticks, rounded up.
    func ticks(_ duration: Duration) -> Int {
        max(1, Int((duration / self.tickInterval).rounded(.up)))
    }
}
