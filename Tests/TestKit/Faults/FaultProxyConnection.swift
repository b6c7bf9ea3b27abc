import Glibc

/// One proxied connection; used by the proxy's thread only.
struct FaultProxyConnection {
    typealias Instant = ContinuousClock.Instant

    /// How a connection ended.
    enum End {
        /// Both sides ended, or one of them was gone.
        case orderly
        /// By a cut.
        case cut
        /// By a reset of either side, or because there is no server.
        case reset
    }

    let number: Int
    private let client: Int32
    private let server: Int32
    private var isConnected = false
    /// Whether `deliver` may have something to do; most of many connections are idle.
    var needsDelivery = true
    private var requests: FaultFlow
    private var replies: FaultFlow

    /// Takes over `client` and begins to connect to `port`; `nil`, with `client` reset, when that is impossible.
    init?(takingOwnershipOf client: Int32, number: Int, to port: Int) {
        LoopbackSocket.prepare(client)
        LoopbackSocket.setOption(client, level: Int32(IPPROTO_TCP), TCP_NODELAY, to: Int32(1))
        guard let server = try? LoopbackSocket.make(isBlocking: false) else {
            LoopbackSocket.reset(client)
            return nil
        }
        let result = LoopbackSocket.withAddress(port) { connect(server, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else {
            LoopbackSocket.reset(client)
            Glibc.close(server)
            return nil
        }
        self.number = number
        self.client = client
        self.server = server
        let salt = UInt64(truncatingIfNeeded: number) &* 2
        self.requests = FaultFlow(.requests, from: client, to: server, salt: salt)
        self.replies = FaultFlow(.replies, from: server, to: client, salt: salt &+ 1)
    }

    /// What to poll: first the client, then the server.
    ///
    /// A socket of which nothing is wanted is left out by -1.
    var interests: (client: pollfd, server: pollfd) {
        var client: Int32 = 0
        var server: Int32 = self.isConnected ? 0 : POLLOUT
        if self.requests.mayReceive { client |= POLLIN }
        if self.replies.wantsToSend { client |= POLLOUT }
        if self.isConnected, self.replies.mayReceive { server |= POLLIN }
        if self.isConnected, self.requests.wantsToSend { server |= POLLOUT }
        return (
            pollfd(fd: client == 0 ? -1 : self.client, events: Int16(client), revents: 0),
            pollfd(fd: server == 0 ? -1 : self.server, events: Int16(server), revents: 0)
        )
    }

    /// Reads what `poll` announced.
    mutating func handle(
        client: Int16,
        server: Int16,
        _ control: FaultProxyControl,
        now: Instant
    ) -> End? {
        self.needsDelivery = true
        if !self.isConnected, server != 0 {
            var number: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(self.server, SOL_SOCKET, SO_ERROR, &number, &length)
            guard number == 0 else { return .reset }
            self.isConnected = true
        }
        if client & ~Int16(POLLOUT) != 0, !self.requests.receive(control, now: now) { return .reset }
        if self.isConnected, server & ~Int16(POLLOUT) != 0, !self.replies.receive(control, now: now) { return .reset }
        return nil
    }

    /// Delivers what is due; `wake` becomes earlier when something will be due.
    mutating func deliver(_ control: FaultProxyControl, now: Instant, wake: inout Instant?) -> End? {
        self.needsDelivery = false
        guard self.isConnected else { return nil }
        defer { self.needsDelivery = self.requests.hasWork || self.replies.hasWork }
        for outcome in [self.requests.deliver(control, now: now), self.replies.deliver(control, now: now)] {
            switch outcome {
            case .waits(let instant):
                if let instant { wake = min(wake ?? instant, instant) }
            case .isCut: return .cut
            case .isBroken: return .reset
            }
        }
        return self.requests.isFinished && self.replies.isFinished ? .orderly : nil
    }

    /// Ends directions at once.
    mutating func halfClose(_ direction: FaultProxy.Direction, now: Instant) {
        self.needsDelivery = true
        if direction.contains(.requests) { self.requests.end(now: now) }
        if direction.contains(.replies) { self.replies.end(now: now) }
    }

    /// Closes both sockets.
    func close(_ end: End) {
        for descriptor in [self.client, self.server] {
            if case .reset = end {
                LoopbackSocket.reset(descriptor)
                continue
            }
            // Unread bytes would turn the end into a reset, which may overtake what was delivered.
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while recv(descriptor, &bytes, bytes.count, 0) > 0 {}
            Glibc.close(descriptor)
        }
    }
}
