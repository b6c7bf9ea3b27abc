import TestKit

extension RedisClusterFixture {
    /// How a replica takes over.
    enum FailoverMode: String {
        /// In agreement with its master, without loss.
        case orderly = ""
        /// By a vote of the other masters; for a master that is dead or stalled.
        case force = "FORCE"
        /// Without asking anybody.
        case takeover = "TAKEOVER"
    }

    /// Makes `replica` the master of its slots and waits until all running nodes agree.
    func failover(
        to replica: RedisClusterNode,
        _ mode: FailoverMode = .orderly,
        within limit: Duration = .seconds(20)
    ) async throws {
        let words = ["CLUSTER", "FAILOVER"] + (mode == .orderly ? [] : [mode.rawValue])
        let end = ContinuousClock.now.advanced(by: limit)
        var isMaster = false
        while !isMaster, ContinuousClock.now < end {
            let reply = try await replica.server.send(words)
            guard reply == .status("OK") else {
                throw RedisServerProcess.Failure(description: "\(replica.server.port) FAILOVER: \(reply)")
            }
            // An order that got lost, as just after another failover, is given up by the server after five seconds.
            isMaster = try await eventually(within: min(.seconds(6), ContinuousClock.now.duration(to: end))) {
                try await self.view(of: replica).members.contains { $0.id == replica.id && $0.isMaster }
            }
        }
        guard isMaster else { throw replica.server.failure("did not become a master") }
        try await self.waitUntilHealthy(within: limit)
    }

    /// Kills the owner of `slot` and waits until one of its replicas has been elected and all running nodes agree.
    ///
    /// - Returns: the new owner.
    func killOwner(of slot: Int, within limit: Duration = .seconds(20)) async throws -> RedisClusterNode {
        let old = try await self.owner(of: slot)
        old.server.kill()
        return try await self.waitForOwner(of: slot, otherThan: old, within: limit)
    }

    /// Waits until another node than `old` owns `slot` and all running nodes agree.
    func waitForOwner(
        of slot: Int,
        otherThan old: RedisClusterNode,
        within limit: Duration = .seconds(20)
    ) async throws -> RedisClusterNode {
        guard let witness = self.nodes.first(where: { $0.server.isRunning && $0.id != old.id }) else {
            throw RedisServerProcess.Failure(description: "no other node runs")
        }
        let isElected = try await eventually(within: limit) {
            try await self.owner(of: slot, asking: witness).id != old.id
        }
        guard isElected else { throw witness.server.failure("nobody took over slot \(slot)") }
        try await self.waitUntilHealthy(within: limit)
        return try await self.owner(of: slot, asking: witness)
    }
}
