import ServerRuntime
import Synchronization

/// The connection for subscriptions, which moves to another server when its own is lost or no longer the right one.
///
/// The connection itself tries its server again and again; `run()` sees to it that this is a server in use.
final class FollowingSubscriberLink: SubscriberLink {
    private struct State {
        var connection: NodeConnection?
        var handler: (any SubscriberHandler)?
        var isConnected = false
        var isClosed = false
    }

    /// How often the server is checked without a reason.
    private static let checkInterval = Duration.seconds(5)
    /// How often a server is looked for while there is no connection.
    private static let searchInterval = Duration.milliseconds(250)

    private let route: Route
    private let settings: ConnectionSettings
    private let state = Mutex(State())
    private let signal = TimedSignal()

    init(_ route: Route, _ settings: ConnectionSettings) {
        self.route = route
        var settings = settings
        if case .sentinel = route { settings.requiresMaster = true }
        self.settings = settings
    }

    /// Begins to connect, for `handler`.
    func begin(_ handler: any SubscriberHandler) {
        self.state.withLock { $0.handler = handler }
        // The address of a single server needs no search: its connection may wait for `run()` like all others.
        if case .single(let node) = self.route { self.connect(to: node.address) }
        self.signal.raise()
    }

    func send(_ commands: [RawCommand]) {
        self.state.withLock { $0.connection }?.post(commands)
    }

    func close() {
        let connection = self.state.withLock { state in
            state.isClosed = true
            state.handler = nil
            return state.connection.take()
        }
        connection?.close(RedisError(.closed, "the client is closed"))
    }

    /// Follows the topology until the surrounding task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let (isBegun, isConnected, endpoint) = self.state.withLock {
                ($0.handler != nil, $0.isConnected, $0.connection?.endpoint)
            }
            var interval = Self.checkInterval
            if isBegun, !isConnected || self.followsMaster {
                if !isConnected { interval = Self.searchInterval }
                let current = await self.route.currentEndpoint(deadline: .after(interval))
                if let current, current != endpoint { self.connect(to: current) }
            }
            await self.signal.wait(until: .now.advanced(by: interval), clock: .system)
        }
        self.close()
    }

    /// Whether a connection that stands may be to the wrong server.
    private var followsMaster: Bool {
        if case .sentinel = self.route { true } else { false }
    }

    private func connect(to endpoint: RedisEndpoint) {
        let relay = Relay(self)
        let new = NodeConnection(to: endpoint, mode: .subscriber(relay), settings: self.settings)
        let (old, isOpened) = self.state.withLock { state -> (NodeConnection?, Bool) in
            guard !state.isClosed else { return (nil, false) }
            defer { state.connection = new }
            return (state.connection, true)
        }
        relay.source.withLock { $0 = new.id }
        // Its handler no longer listens, so whoever subscribed learns of the loss from here.
        if let old { self.lost(old.id, RedisError(.connectionLost, "another server is in use"), isReplaced: true) }
        old?.close(RedisError(.closed, "another server is in use"))
        if isOpened { new.open() }
    }

    private func handler(for source: UInt64) -> (any SubscriberHandler)? {
        self.state.withLock { $0.connection?.id == source ? $0.handler : nil }
    }

    private func lost(_ source: UInt64, _ error: RedisError, isReplaced: Bool = false) {
        let handler = self.state.withLock { state -> (any SubscriberHandler)? in
            guard isReplaced || state.connection?.id == source else { return nil }
            state.isConnected = false
            return state.handler
        }
        handler?.disconnected(error)
        self.signal.raise()
    }

    /// Passes on what happens on one connection as long as that is the one in use.
    private final class Relay: SubscriberHandler {
        private let link: FollowingSubscriberLink
        let source = Mutex<UInt64>(0)

        init(_ link: FollowingSubscriberLink) {
            self.link = link
        }

        func connected() -> [RawCommand] {
            let source = self.source.withLock { $0 }
            guard let handler = self.link.handler(for: source) else { return [] }
            self.link.state.withLock { $0.isConnected = true }
            return handler.connected()
        }

        func received(_ value: RedisValue) {
            self.link.handler(for: self.source.withLock { $0 })?.received(value)
        }

        func disconnected(_ error: RedisError) {
            self.link.lost(self.source.withLock { $0 }, error)
        }
    }
}
