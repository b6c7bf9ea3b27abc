import Glibc
import ServerRuntime

/// What the proxy's thread does: sole owner of the listener and of all connections.
struct FaultProxyLoop {
    typealias Instant = ContinuousClock.Instant

    private let control: FaultProxyControl
    private let listener: Int32
    private let connectionsMax: Int
    private var connections: [FaultProxyConnection] = []
    /// What to poll: the wake-up, the listener, then two for each connection in order.
    private var events: [pollfd]

    init(control: FaultProxyControl, listener: Int32, connectionsMax: Int) {
        self.control = control
        self.listener = listener
        self.connectionsMax = max(1, connectionsMax)
        self.events = [
            pollfd(fd: control.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        ]
    }

    /// Returns once the control is closed and everything is released.
    mutating func run() {
        while !self.control.isClosed {
            self.perform(self.control.takeActions())
            self.waitAndRead(until: self.deliver())
        }
        for connection in self.connections { connection.close(.orderly) }
        self.control.updateCounts { $0.open = 0 }
        Glibc.close(self.listener)
    }

    /// Delivers what is due on all connections and notes what to poll for.
    ///
    /// - Returns: when something will be due.
    private mutating func deliver() -> Instant? {
        var wake: Instant?
        let control = self.control
        self.update { connection, events in
            guard connection.needsDelivery else { return nil }
            defer { events = connection.interests }
            return connection.deliver(control, now: .now, wake: &wake)
        }
        return wake
    }

    /// Waits for sockets, the instant, or a change of the rules.
    private mutating func waitAndRead(until wake: Instant?) {
        let mayAccept = self.control.admission != .leaveUnaccepted && self.connections.count < self.connectionsMax
        self.events[1].fd = mayAccept ? self.listener : -1
        let timeout = wake.map { max(.zero, Instant.now.duration(to: $0)).milliseconds(rounding: .up) } ?? -1
        guard poll(&self.events, nfds_t(self.events.count), timeout) > 0 else { return }
        let isWoken = self.events[0].revents != 0
        if isWoken { self.control.drainWakes() }
        let control = self.control
        let now = Instant.now
        self.update { connection, events in
            // Other rules may release what was held back.
            if isWoken { connection.needsDelivery = true }
            let (client, server) = (events.client.revents, events.server.revents)
            guard client != 0 || server != 0 else { return nil }
            return connection.handle(client: client, server: server, control, now: now)
        }
        if self.events[1].revents != 0 { self.accept() }
    }

    private mutating func accept() {
        while self.connections.count < self.connectionsMax {
            let admission = self.control.admission
            guard admission != .leaveUnaccepted else { return }
            let client = Glibc.accept(self.listener, nil, nil)
            guard client >= 0 else { return }
            var number = 0
            self.control.updateCounts { counts in
                number = counts.accepted
                counts.accepted += 1
                if admission == .refuse { counts.refused += 1 }
            }
            if admission == .refuse {
                LoopbackSocket.reset(client)
                continue
            }
            let target = self.control.targetPort
            guard let connection = FaultProxyConnection(takingOwnershipOf: client, number: number, to: target) else {
                continue
            }
            self.connections.append(connection)
            self.events += [connection.interests.client, connection.interests.server]
            self.control.updateCounts { $0.open += 1 }
        }
    }

    private mutating func perform(_ actions: [FaultProxyControl.Action]) {
        for action in actions {
            self.update { connection, _ in
                guard connection.number < action.firstSpared else { return nil }
                switch action.kind {
                case .reset: return .reset
                case .halfClose(let direction):
                    connection.halfClose(direction, now: .now)
                    return nil
                }
            }
        }
    }

    /// Calls `body` for each connection and its part of `events`, and removes those that it ends.
    private mutating func update(
        _ body: (inout FaultProxyConnection, inout (client: pollfd, server: pollfd)) -> FaultProxyConnection.End?
    ) {
        var kept = 0
        for index in self.connections.indices {
            var events = (client: self.events[2 + 2 * index], server: self.events[3 + 2 * index])
            if let end = body(&self.connections[index], &events) {
                self.control.updateCounts { counts in
                    counts.open -= 1
                    if end != .orderly { counts.broken += 1 }
                }
                self.connections[index].close(end)
                continue
            }
            self.events[2 + 2 * kept] = events.client
            self.events[3 + 2 * kept] = events.server
            if kept != index { self.connections.swapAt(kept, index) }
            kept += 1
        }
        self.connections.removeLast(self.connections.count - kept)
        self.events.removeLast(self.events.count - 2 - 2 * kept)
    }
}
