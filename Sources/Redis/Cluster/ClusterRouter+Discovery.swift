import Logging
import ServerRuntime
import Synchronization

/// How the topology is found and kept.
extension ClusterRouter {
    /// Finds the cluster and follows it until the surrounding task is cancelled; may be called once.
    ///
    /// All nodes are closed when this returns, and what waits fails with `.closed`.
    ///
    /// - Throws: `.alreadyRunning`.
    func run() async throws(RedisError) {
        let isFirst = self.state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted
        }
        guard isFirst else { throw RedisError(.alreadyRunning, "run() was called before") }
        var failures = 0
        while !Task.isCancelled {
            let wish = self.wishes.current
            let started = self.clock.now()
            if await self.refresh() {
                failures = 0
                await self.clock.sleep(started.advanced(by: self.settings.refreshPause))
                await self.waitForWish(after: wish)
            } else {
                failures += 1
                // Wakes those who wait for a topology: they look at why there is none.
                self.topologies.advance()
                let delay = self.state.withLock { [settings, failures] in
                    settings.rediscovery.delay(attempt: failures, using: &$0.generator)
                }
                await self.clock.sleep(self.clock.now().advanced(by: delay))
            }
        }
        self.close()
    }

    /// Reads the topology once and takes it over.
    ///
    /// - Returns: whether some node gave one.
    func refresh() async -> Bool {
        let asked = self.clock.now()
        let groups = self.state.withLock { state in
            let known = state.table.addresses(at: asked, using: &state.generator)
            let seeds = self.seeds.shuffled(using: &state.generator)
            return known + [seeds.filter { seed in !known.contains { $0.contains(seed) } }]
        }
        // Nodes for the questions only: seeds, replicas.
        var temporary: [RedisEndpoint: Node] = [:]
        defer { for node in temporary.values { node.close() } }
        for endpoints in groups.flatMap({ Self.slices(of: $0, max(1, self.settings.askedNodes)) }) {
            guard !Task.isCancelled else { return false }
            var nodes: [Node] = []
            for endpoint in endpoints {
                let known = self.state.withLock { $0.table.node(at: endpoint) }
                let node = known ?? self.makeNode(endpoint)
                if known == nil { temporary[endpoint] = node }
                nodes.append(node)
            }
            guard let topology = ClusterTopology.mostTrusted(await self.ask(nodes)) else { continue }
            self.apply(topology, asked: asked, &temporary)
            return true
        }
        return false
    }

    private static func slices(of endpoints: [RedisEndpoint], _ size: Int) -> [ArraySlice<RedisEndpoint>] {
        stride(from: 0, to: endpoints.count, by: size).map { endpoints[$0..<min($0 + size, endpoints.count)] }
    }

    private func apply(
        _ topology: ClusterTopology,
        asked: ContinuousClock.Instant,
        _ temporary: inout [RedisEndpoint: Node]
    ) {
        var created: [RedisEndpoint: Node] = [:]
        for endpoint in self.state.withLock({ $0.table.missing(in: topology) }) {
            created[endpoint] = temporary.removeValue(forKey: endpoint) ?? self.makeNode(endpoint)
        }
        let (leavers, hasChanged) = self.state.withLock { [created] state -> ([Node], Bool) in
            guard !state.isClosed else { return (Array(created.values), false) }
            let hasChanged = state.table.topology != topology
            state.lastProblem = nil
            let leavers = state.table.apply(topology, asked: asked, created: created, now: self.clock.now())
            return (leavers, hasChanged)
        }
        for node in leavers { node.close() }
        if hasChanged {
            self.logger.debug(
                "cluster topology changed",
                metadata: [
                    "redis.cluster.masters": "\(topology.masters.count)",
                    "redis.cluster.replicas": "\(topology.replicas.count)",
                    "redis.cluster.slots": "\(topology.coveredCount)",
                ]
            )
        }
        self.topologies.advance()
    }

    /// The views of `nodes`; the slow ones are not waited for once one has answered.
    private func ask(_ nodes: [Node]) async -> [ClusterTopology] {
        let deadline = Deadline(self.clock.now()) + self.settings.refreshTimeout
        return await withTaskGroup(of: ClusterTopology?.self) { group in
            for node in nodes { group.addTask { await self.ask(node, deadline) } }
            var views: [ClusterTopology] = []
            var missing = nodes.count
            var isPatient = true
            while missing > 0, isPatient, let answer = await group.next() {
                // The end of the patience is the only child that answers nothing once there is a view; a node that
                // fails then counts as that too, and its absence as a reason to wait no longer is none too many.
                missing -= 1
                if let answer {
                    if views.isEmpty {
                        let end = self.clock.now().advanced(by: self.settings.refreshPatience)
                        group.addTask {
                            await self.clock.sleep(end)
                            return nil
                        }
                    }
                    views.append(answer)
                } else if !views.isEmpty {
                    isPatient = false
                }
            }
            group.cancelAll()
            return views
        }
    }

    private func ask(_ node: Node, _ deadline: Deadline) async -> ClusterTopology? {
        let endpoint = node.address
        do throws(RedisError) {
            let reply = try await node.perform(RawCommand("CLUSTER", ["SLOTS"]), deadline: deadline)
            if case .error(let text) = reply { throw .server(text) }
            let topology = try ClusterTopology(reply, from: endpoint)
            guard !topology.ranges.isEmpty else {
                throw RedisError(.unexpectedReply, "the node knows of no slots: it is not part of a cluster")
            }
            return topology
        } catch {
            // One that was cancelled because others were faster has not failed.
            guard error.code != .cancelled else { return nil }
            let now = self.clock.now()
            self.state.withLock { state in
                state.lastProblem = error
                state.table.failed(endpoint, now: now)
            }
            self.logger.debug(
                "no topology from a node",
                metadata: ["redis.node": "\(endpoint)", "redis.error": "\(error.code)"]
            )
            return nil
        }
    }

    /// Waits for a reason to read the topology again; closes nodes meanwhile when their time has come.
    private func waitForWish(after wish: Int) async {
        let isComplete = self.topology?.isComplete ?? false
        // Slots without a master get one soon, as a rule.
        let interval = isComplete ? self.settings.refreshInterval : min(.seconds(1), self.settings.refreshInterval)
        let share = self.state.withLock { Double.random(in: 0.75...1, using: &$0.generator) }
        let end = self.clock.now().advanced(by: interval * share)
        while !Task.isCancelled, self.wishes.current <= wish, self.clock.now() < end {
            let leave = self.state.withLock { $0.table.nextLeave }
            let instant = min(end, leave ?? end)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await self.wishes.next(after: wish) }
                group.addTask { await self.clock.sleep(instant) }
                await group.next()
                group.cancelAll()
            }
            let now = self.clock.now()
            for node in self.state.withLock({ $0.table.takeLeavers(now: now) }) { node.close() }
        }
    }

    func close() {
        let nodes = self.state.withLock { state in
            state.isClosed = true
            return state.table.removeAll()
        }
        self.topologies.close()
        self.wishes.close()
        for node in nodes { node.close() }
    }
}
