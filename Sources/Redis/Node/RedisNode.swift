import ServerRuntime
import Synchronization

/// One server: the connections that all callers share, and those that are leased.
final class RedisNode: Sendable {
    let address: RedisEndpoint
    let leases: LeasedConnections
    private let connections: [NodeConnection]
    private let turn = Atomic<Int>(0)

    /// Begins to connect to `address`.
    init(_ address: RedisEndpoint, settings: ConnectionSettings) {
        self.address = address
        self.connections = (0..<max(1, settings.configuration.sharedConnections)).map { _ in
            NodeConnection(to: address, mode: .shared, settings: settings)
        }
        self.leases = LeasedConnections(to: address, settings: settings)
        for connection in self.connections { connection.open() }
    }

    /// The shared connection whose turn it is.
    var shared: NodeConnection {
        guard self.connections.count > 1 else { return self.connections[0] }
        let turn = self.turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return self.connections[turn & .max % self.connections.count]
    }
}

extension RedisNode: NodeLink {
    nonisolated(nonsending) func perform(
        _ command: RawCommand,
        deadline: Deadline
    ) async throws(RedisError) -> RedisValue {
        try await self.shared.perform(command, deadline: deadline)
    }

    nonisolated(nonsending) func perform(
        _ commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> [RedisValue] {
        try await self.shared.perform(commands, deadline: deadline)
    }

    func close() {
        let error = RedisError(.connectionLost, "\(self.address) is no longer in use")
        for connection in self.connections { connection.close(error) }
        self.leases.close(error)
    }
}
