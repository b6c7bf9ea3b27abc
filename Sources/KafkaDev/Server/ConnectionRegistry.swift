import NIOCore
import Synchronization

/// The connections that are open; thread safe.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [UInt64: any Channel] = [:]
        var last: UInt64 = 0
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())

    /// A registry of at most `limit` connections.
    init(limit: Int) {
        self.limit = limit
    }

    /// Gives a connection its number; nil when there is no room for it, or the broker stops.
    func add(_ channel: any Channel) -> UInt64? {
        self.state.withLock { state in
            guard !state.isClosed, state.channels.count < self.limit else { return nil }
            state.last += 1
            state.channels[state.last] = channel
            return state.last
        }
    }

    /// Forgets a connection.
    func remove(_ number: UInt64) {
        self.state.withLock { _ = $0.channels.removeValue(forKey: number) }
    }

    /// Closes all connections and takes no more.
    func closeAll() async {
        let channels = self.state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        // All at once: with TLS each waits for its client's farewell, some seconds at the most.
        let ends = channels.map { $0.close() }
        for end in ends {
            // One that is closed already is what is wanted.
            try? await end.get()
        }
    }
}
