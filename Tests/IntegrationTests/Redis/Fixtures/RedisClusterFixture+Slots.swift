import TestKit

extension RedisClusterFixture {
    /// Moves `slot` with its keys to `target`, as an operator's tool would; on return all nodes know the new owner.
    func migrate(slot: Int, to target: RedisClusterNode) async throws {
        let source = try await self.owner(of: slot)
        guard source.id != target.id else { return }
        try await self.beginMigration(slot: slot, from: source, to: target)
        while try await self.moveKeys(slot: slot, from: source, to: target, atMost: 100) > 0 {}
        try await self.finishMigration(slot: slot, from: source, to: target)
    }

    /// The first step: from now on `source` answers ASK for keys of `slot` that it does not have.
    func beginMigration(slot: Int, from source: RedisClusterNode, to target: RedisClusterNode) async throws {
        try await target.server.expect("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", source.id)
        try await source.server.expect("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", target.id)
    }

    /// The second step, which may be repeated: moves some keys of `slot`.
    ///
    /// - Returns: how many keys were moved; 0 when none is left.
    func moveKeys(
        slot: Int,
        from source: RedisClusterNode,
        to target: RedisClusterNode,
        atMost countMax: Int
    ) async throws -> Int {
        let reply = try await source.server.expect("CLUSTER", "GETKEYSINSLOT", "\(slot)", "\(countMax)")
        let keys = reply.elements.compactMap(\.text)
        guard !keys.isEmpty else { return 0 }
        var command = ["MIGRATE", "127.0.0.1", "\(target.server.port)", "", "0", "5000"]
        if !self.options.password.isEmpty { command += ["AUTH", self.options.password] }
        let moved = try await source.server.send(command + ["KEYS"] + keys, within: .seconds(10))
        guard moved == .status("OK") else {
            throw RedisServerProcess.Failure(description: "slot \(slot) was not moved: \(moved)")
        }
        return keys.count
    }

    /// The last step: `target` owns the slot, and every master that runs is told.
    func finishMigration(slot: Int, from source: RedisClusterNode, to target: RedisClusterNode) async throws {
        // The target first: otherwise the source would send clients on to a node that sends them back.
        try await target.server.expect("CLUSTER", "SETSLOT", "\(slot)", "NODE", target.id)
        try await source.server.expect("CLUSTER", "SETSLOT", "\(slot)", "NODE", target.id)
        let view = try await self.view(of: target)
        let masters = Set(view.members.filter { $0.isMaster && !$0.isFailing }.map(\.id))
        for node in self.nodes where masters.contains(node.id) && node.id != target.id && node.id != source.id {
            try await node.server.expect("CLUSTER", "SETSLOT", "\(slot)", "NODE", target.id)
        }
        let areAgreed = try await eventually(within: .seconds(20)) {
            do {
                try await self.waitUntilHealthy(within: .seconds(1))
                return true
            } catch {
                try await self.reconcile()
                return false
            }
        }
        if !areAgreed { try await self.waitUntilHealthy(within: .zero) }
    }

    /// Tells each running master which slots the others hold by themselves.
    ///
    /// A heartbeat that a source sent before it gave a slot away may reach a node behind the order above and undo it.
    /// Since nobody voted about the move, nothing needs to bring that node back to the truth.
    private func reconcile() async throws {
        let running = self.nodes.filter { $0.server.isRunning }
        for owner in running {
            guard let own = try await self.view(of: owner).members.first(where: { $0.id == owner.id }), own.isMaster
            else { continue }
            for other in running where other.id != owner.id {
                let view = try await self.view(of: other)
                // A replica takes no such order; its master tells it.
                guard view.members.contains(where: { $0.id == other.id && $0.isMaster }) else { continue }
                for slot in own.slots.joined() where view.owner(of: slot)?.id != owner.id {
                    try await other.server.send(["CLUSTER", "SETSLOT", "\(slot)", "NODE", owner.id])
                }
            }
        }
    }

    /// Gives up a migration before its last step: `source` stays the owner, moved keys stay where they are.
    func cancelMigration(slot: Int, from source: RedisClusterNode, to target: RedisClusterNode) async throws {
        try await source.server.expect("CLUSTER", "SETSLOT", "\(slot)", "STABLE")
        try await target.server.expect("CLUSTER", "SETSLOT", "\(slot)", "STABLE")
    }
}
