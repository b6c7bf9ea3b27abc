import ServerRuntime
import Synchronization

@testable import Redis

/// A node whose answers a closure makes.
final class FakeClusterNode: NodeLink {
    typealias Handler = @Sendable ([RawCommand]) async throws(RedisError) -> [RedisValue]

    let address: RedisEndpoint
    private let handler: Handler
    private let closed = Atomic<Bool>(false)
    private let received = Mutex<[[String]]>([])

    init(_ address: RedisEndpoint, _ handler: @escaping Handler) {
        self.address = address
        self.handler = handler
    }

    /// Whether the router has closed it.
    var isClosed: Bool { self.closed.load(ordering: .acquiring) }

    /// For each call the names of its commands, those that ask for the topology left out.
    var calls: [[String]] { self.received.withLock { $0.filter { $0 != ["CLUSTER"] } } }

    /// How often it was asked for the topology.
    var topologyQuestions: Int { self.received.withLock { $0.count { $0 == ["CLUSTER"] } } }

    func perform(_ commands: [RawCommand], deadline: Deadline) async throws(RedisError) -> [RedisValue] {
        guard !self.isClosed else { throw RedisError(.connectionLost, "the node is closed") }
        self.received.withLock { $0.append(commands.map(\.name)) }
        return try await self.handler(commands)
    }

    func perform(_ command: RawCommand, deadline: Deadline) async throws(RedisError) -> RedisValue {
        try await self.perform([command], deadline: deadline).first ?? .null
    }

    func close() { self.closed.store(true, ordering: .releasing) }
}
