import ServerRuntime
import TestKit

/// A Redis Cluster of a test's own on this machine.
///
/// The nodes begin with a cluster file that is already complete, so that nothing has to be negotiated: ready about two
/// seconds after the start, which is how long a master waits by itself before it takes part.
final class RedisClusterFixture: Sendable {
    /// What kind of cluster a test wants.
    struct Options: Sendable {
        var masters = 3
        var replicasOfEach = 0
        /// The password of all nodes; empty for none.
        var password = ""
        /// After this time without an answer a node is held for dead.
        var nodeTimeout = Duration.milliseconds(1_000)
        /// Whether each node announces a `FaultProxy` of its own as its address.
        var hasProxies = false
        /// Further lines of each node's configuration file.
        var settings: [String] = []
    }

    /// How many slots a cluster has.
    static let slotCount = 16_384

    let options: Options
    /// First the masters in the order of their slots, then the first replica of each, and so on.
    let nodes: [RedisClusterNode]

    /// The masters at the beginning, in the order of their slots.
    var masters: [RedisClusterNode] { Array(self.nodes.prefix(self.options.masters)) }
    /// The replicas at the beginning.
    var replicas: [RedisClusterNode] { Array(self.nodes.dropFirst(self.options.masters)) }

    private init(_ options: Options) throws {
        let seats = try Self.seats(options)
        var nodes: [RedisClusterNode] = []
        do {
            for index in seats.indices {
                nodes.append(try Self.node(index, seats, options))
            }
        } catch {
            for seat in seats.dropFirst(nodes.count) { TestPorts.release(seat.port) }
            for node in nodes { node.server.close() }
            throw error
        }
        self.options = options
        self.nodes = nodes
    }

    /// Runs `body` with a new cluster whose nodes all say `ok`; ends it afterwards.
    static func with<Result>(
        _ options: Options = Options(),
        _ body: (RedisClusterFixture) async throws -> Result
    ) async throws -> Result {
        let cluster = try RedisClusterFixture(options)
        defer { cluster.close() }
        for node in cluster.nodes { try await node.server.waitUntilReady() }
        try await cluster.waitUntilHealthy()
        return try await body(cluster)
    }

    private func close() {
        for node in self.nodes {
            node.proxy?.close()
            node.server.close()
        }
    }

    /// Waits until all nodes that run say `ok`, agree who owns each slot, and replicas follow their masters.
    ///
    /// - Throws: `RedisServerProcess.Failure` with the first reason why not, when that takes longer than `limit`.
    func waitUntilHealthy(within limit: Duration = .seconds(20)) async throws {
        var reason: String? = "not asked"
        let isHealthy = try await eventually(within: limit) {
            reason = try await self.complaint()
            return reason == nil
        }
        guard isHealthy else {
            let texts = self.nodes.map { $0.server.failure("the cluster is not healthy: \(reason ?? "")").description }
            throw RedisServerProcess.Failure(description: texts.joined(separator: "\n"))
        }
    }

    /// Why the cluster is not healthy now.
    private func complaint() async throws -> String? {
        var owners: Set<[String]> = []
        let running = self.nodes.filter { $0.server.isRunning }
        let runningIDs = Set(running.map(\.id))
        for node in running {
            do {
                let state = try await node.server.expect("CLUSTER", "INFO", within: .seconds(1)).text ?? ""
                guard state.contains("cluster_state:ok") else { return "\(node.server.port): state is not ok" }
                let view = try await self.view(of: node)
                guard let own = view.members.first(where: { $0.id == node.id }) else { return "no line of its own" }
                let claims = view.members.filter(\.isMaster).flatMap { member in
                    // With the epoch, or the next move of a slot might give two nodes the same one.
                    member.slots.map { "\($0) \(member.id) \(member.epoch)" }
                }
                owners.insert(claims.sorted())
                if view.members.contains(where: { runningIDs.contains($0.id) && $0.isFailing }) {
                    return "\(node.server.port) holds a node for dead"
                }
                if !own.isMaster, try await node.server.info("master_link_status") != "up" {
                    return "\(node.server.port) does not follow its master"
                }
            } catch {
                try Task.checkCancellation()
                return "\(node.server.port): \(error)"
            }
        }
        return owners.count == 1 ? nil : "the nodes do not agree on the slots"
    }

    /// What `node` knows of the cluster.
    func view(of node: RedisClusterNode) async throws -> RedisClusterView {
        RedisClusterView(try await node.server.expect("CLUSTER", "NODES", within: .seconds(2)).text ?? "")
    }

    /// The slot of `key`, as the server computes it.
    func slot(of key: String) async throws -> Int {
        let node = try self.firstRunning()
        guard case .integer(let slot) = try await node.server.expect("CLUSTER", "KEYSLOT", key) else {
            throw RedisServerProcess.Failure(description: "no slot for \(key)")
        }
        return slot
    }

    /// The node that owns `slot`, in the eyes of `other` or of the first node that runs.
    func owner(of slot: Int, asking other: RedisClusterNode? = nil) async throws -> RedisClusterNode {
        let view = try await self.view(of: try other ?? self.firstRunning())
        guard let member = view.owner(of: slot), let node = self.nodes.first(where: { $0.id == member.id }) else {
            throw RedisServerProcess.Failure(description: "nobody owns slot \(slot)")
        }
        return node
    }

    func firstRunning() throws -> RedisClusterNode {
        guard let node = self.nodes.first(where: { $0.server.isRunning }) else {
            throw RedisServerProcess.Failure(description: "no node runs")
        }
        return node
    }
}
