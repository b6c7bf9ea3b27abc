import Testing

@testable import Redis

@Suite struct ClusterSlotTableTests {
    private final class Node: Sendable {}

    private let start = ContinuousClock.now
    private let a = RedisEndpoint(host: "a", port: 1)
    private let b = RedisEndpoint(host: "b", port: 1)
    private let c = RedisEndpoint(host: "c", port: 1)

    private func time(_ seconds: Int) -> ContinuousClock.Instant { self.start.advanced(by: .seconds(seconds)) }

    private func slot(_ number: Int) throws -> HashSlot { try #require(HashSlot(number)) }

    /// A table in which `masters` share the slots.
    private func apply(
        _ masters: [RedisEndpoint],
        replicas: [RedisEndpoint] = [],
        to table: inout ClusterTable<Node>,
        at seconds: Int = 0
    ) throws -> [Node] {
        let size = HashSlot.count / masters.count
        let ranges = masters.enumerated().map { index, master in
            let last = index == masters.count - 1 ? HashSlot.count - 1 : (index + 1) * size - 1
            return ClusterTopology.Range(slots: UInt16(index * size)...UInt16(last), master: master, replicas: replicas)
        }
        let topology = try ClusterTopology(ranges)
        let created = Dictionary(uniqueKeysWithValues: table.missing(in: topology).map { ($0, Node()) })
        return table.apply(topology, asked: self.time(seconds), created: created, now: self.time(seconds))
    }

    @Test func `slots belong to the masters of the topology`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        #expect(try table.node(for: self.slot(0)) == nil)
        _ = try self.apply([self.a, self.b], to: &table)
        #expect(try table.node(for: self.slot(8191)) === table.node(at: self.a))
        #expect(try table.node(for: self.slot(8192)) === table.node(at: self.b))
        #expect(table.masters.map(\.endpoint) == [self.a, self.b])
        #expect(table.missing(in: try #require(table.topology)).isEmpty)
    }

    @Test func `a node stays the same object as long as it is in the cluster`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        _ = try self.apply([self.a, self.b], to: &table)
        let node = table.node(at: self.b)
        let closed = try self.apply([self.b, self.a], to: &table, at: 1)
        #expect(try closed.isEmpty && table.node(for: self.slot(0)) === node)
    }

    @Test func `MOVED counts until a topology that was asked for later`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        _ = try self.apply([self.a], to: &table)
        _ = table.adopt(Node(), at: self.b, now: self.time(2))
        try table.moved(self.slot(7), to: self.b, now: self.time(2))
        #expect(try table.node(for: self.slot(7)) === table.node(at: self.b))
        _ = try self.apply([self.a], to: &table, at: 1)
        #expect(try table.node(for: self.slot(7)) === table.node(at: self.b), "that view was older")
        _ = try self.apply([self.a], to: &table, at: 3)
        #expect(try table.node(for: self.slot(7)) === table.node(at: self.a))
    }

    @Test func `a node that has left is closed after its calls have had time`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        _ = try self.apply([self.a, self.b], to: &table)
        let node = try #require(table.node(at: self.b))
        #expect(try self.apply([self.a], to: &table, at: 1).isEmpty)
        #expect(table.masters.map(\.endpoint) == [self.a] && table.nextLeave == self.time(6))
        #expect(table.takeLeavers(now: self.time(5)).isEmpty)
        let leavers = table.takeLeavers(now: self.time(6))
        #expect(leavers.count == 1 && leavers.first === node && table.node(at: self.b) == nil)
        #expect(try table.node(for: self.slot(9000)) === table.node(at: self.a))
    }

    @Test func `a node that has left and cannot be reached is closed at once`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        _ = try self.apply([self.a, self.b], to: &table)
        table.failed(self.b, now: self.time(1))
        #expect(try self.apply([self.a], to: &table, at: 2).count == 1)
    }

    @Test func `a master that became a replica is kept`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        _ = try self.apply([self.a, self.b], to: &table)
        table.failed(self.b, now: self.time(1))
        #expect(try self.apply([self.a], replicas: [self.b], to: &table, at: 9).isEmpty)
        #expect(table.node(at: self.b) != nil && table.masters.count == 1)
    }

    @Test func `a node that is not yet named is kept as long as it is in use`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        _ = try self.apply([self.a], to: &table)
        let node = Node()
        #expect(table.adopt(node, at: self.c, now: self.time(1)) === node)
        #expect(table.adopt(Node(), at: self.c, now: self.time(4)) === node)
        #expect(try self.apply([self.a], to: &table, at: 8).isEmpty)
        #expect(try self.apply([self.a], to: &table, at: 9).first === node)
    }

    @Test func `nodes that were made in vain are given back`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        _ = try self.apply([self.a], to: &table)
        let surplus = Node()
        let topology = try #require(table.topology)
        let closed = table.apply(topology, asked: self.time(1), created: [self.a: surplus], now: self.time(1))
        #expect(closed.count == 1 && closed.first === surplus)
    }

    @Test func `addresses that failed lately are asked last`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        var random = SystemRandomNumberGenerator()
        _ = try self.apply([self.a, self.b], replicas: [self.c], to: &table)
        table.failed(self.a, now: self.time(1))
        let addresses = table.addresses(at: self.time(2), using: &random)
        #expect(addresses == [[self.b], [self.c], [self.a]])
    }

    @Test func `at the end all nodes are given back`() throws {
        var table = ClusterTable<Node>(retirement: .seconds(5))
        _ = try self.apply([self.a, self.b], to: &table)
        #expect(table.removeAll().count == 2)
        #expect(try table.node(for: self.slot(1)) == nil && table.topology == nil)
    }
}
