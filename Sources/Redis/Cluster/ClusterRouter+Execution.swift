import ServerRuntime
import Synchronization

extension ClusterRouter {
    /// Plans commands of any kind and carries them out.
    func performPlanned(_ commands: [RawCommand], _ deadline: Deadline) async throws(RedisError) -> [RedisValue] {
        if self.topology == nil {
            // What is wrong is refused without a wait.
            _ = try PipelinePlan(commands) { self.seeds }
            try await self.waitForTopology(deadline)
        }
        let plan = try PipelinePlan(commands) { self.state.withLock { $0.table.masters.map(\.endpoint) } }
        var execution = PipelineExecution(plan.units, redirectionsMax: self.settings.redirectionsMax)
        return plan.replies(from: try await self.complete(&execution, deadline))
    }

    /// Goes on with commands of one slot each after a first round in which not all were answered.
    func performAgain(
        _ commands: [RawCommand],
        _ slots: [HashSlot],
        _ outcomes: [(NodeBatch<Node>, Reply)],
        _ deadline: Deadline
    ) async throws(RedisError) -> [RedisValue] {
        let units = zip(commands, slots).map { CommandUnit(target: .slot($1), commands: [$0]) }
        var execution = PipelineExecution(units, redirectionsMax: self.settings.redirectionsMax)
        for (batch, outcome) in outcomes { self.record(outcome, of: batch, in: &execution) }
        return try await self.complete(&execution, deadline).map { $0.first ?? .null }
    }

    /// Carries out all steps of `execution`.
    ///
    /// - Returns: the replies of each unit.
    func complete(
        _ execution: inout PipelineExecution,
        _ deadline: Deadline
    ) async throws(RedisError) -> [[RedisValue]] {
        while true {
            switch execution.step(at: self.clock.now(), deadline: deadline.instant) {
            case .finished(let results): return results
            case .failed(let error): throw error
            case .wait(let instant):
                await self.clock.sleep(instant)
                if Task.isCancelled { execution.stop(RedisError(.cancelled, "the waiting task was cancelled")) }
            case .send(let dispatches):
                do throws(RedisError) {
                    let nodes = try await self.nodes(for: dispatches, deadline)
                    for (batch, reply) in await self.send(execution.batches(dispatches, nodes), deadline) {
                        self.record(reply, of: batch, in: &execution)
                    }
                } catch {
                    execution.stop(error)
                }
            }
        }
    }

    /// Hands what came of a batch to `execution`, and what that learns from it to the table.
    func record(_ reply: Reply, of batch: NodeBatch<Node>, in execution: inout PipelineExecution) {
        let now = self.clock.now()
        let delay = { (attempt: Int) in
            self.state.withLock { self.settings.retry.delay(attempt: attempt, using: &$0.generator) }
        }
        let address = batch.node.address
        switch reply {
        case .success(let replies):
            self.take(execution.received(replies, batch.parts, from: address, now: now, delay: delay))
        case .failure(let error):
            self.take(execution.failed(error, batch.parts, at: address, now: now, delay: delay))
        }
    }

    /// Acts on what a call has learned about the cluster.
    func take(_ notices: [PipelineExecution.Notice]) {
        guard !notices.isEmpty else { return }
        let now = self.clock.now()
        var isDoubtful = false
        for notice in notices {
            switch notice {
            case .moved(let slot, let endpoint):
                self.noteMoved()
                _ = self.adopt(endpoint)
                self.state.withLock { $0.table.moved(slot, to: endpoint, now: now) }
            case .topologyDoubtful: isDoubtful = true
            case .unreachable(let endpoint):
                self.state.withLock { $0.table.failed(endpoint, now: now) }
                isDoubtful = true
            }
        }
        if isDoubtful { self.wishes.advance() }
    }

    /// The node at `endpoint`, made if there is none; `nil` when the router is closed.
    func adopt(_ endpoint: RedisEndpoint) -> Node? {
        let now = self.clock.now()
        if let node = self.state.withLock({ $0.table.use(endpoint, now: now) }) { return node }
        // Outside the lock; another task may be faster, and then this one is not used.
        let made = self.makeNode(endpoint)
        let node = self.state.withLock { $0.isClosed ? nil : $0.table.adopt(made, at: endpoint, now: now) }
        if node !== made { made.close() }
        return node
    }

    /// Waits until there is a topology.
    func waitForTopology(_ deadline: Deadline) async throws(RedisError) {
        while true {
            let generation = self.topologies.current
            let (isKnown, isClosed, problem) = self.state.withLock {
                ($0.table.topology != nil, $0.isClosed, $0.lastProblem)
            }
            guard !isClosed else { throw RedisError(.closed, "the client is closed") }
            guard !isKnown else { return }
            // Who is not let in learns it at once; the next reading of the topology may change it.
            if let problem, problem.code == .handshakeRefused { throw problem }
            guard self.clock.now() < deadline.instant else {
                throw RedisError(.deadlineExceeded, "no node of the cluster answered in time", cause: problem)
            }
            guard !Task.isCancelled else { throw RedisError(.cancelled, "the waiting task was cancelled") }
            let result = await withTaskGroup(of: Result<Int, RedisError>?.self) { group in
                group.addTask { await self.topologies.next(after: generation) }
                group.addTask {
                    await self.clock.sleep(deadline.instant)
                    return nil
                }
                let first = await group.next() ?? nil
                group.cancelAll()
                return first
            }
            if case .failure(let error)? = result { throw error }
        }
    }

    /// What `find` finds once there is a topology.
    func known<Found: Sendable>(
        _ deadline: Deadline,
        _ find: @Sendable (inout State) -> Found?
    ) async throws(RedisError) -> Found {
        if let found = self.state.withLock({ find(&$0) }) { return found }
        try await self.waitForTopology(deadline)
        if let found = self.state.withLock({ find(&$0) }) { return found }
        throw RedisError(.connectionLost, "the cluster has no master")
    }

    private func nodes(
        for dispatches: [PipelineExecution.Dispatch],
        _ deadline: Deadline
    ) async throws(RedisError) -> [Node] {
        let isKnown = self.state.withLock { $0.table.topology != nil }
        if !isKnown { try await self.waitForTopology(deadline) }
        // One lock for all that the table knows, which at first is all.
        let known = self.state.withLock { state in
            let any = state.table.anyMaster(using: &state.generator)
            return dispatches.map { dispatch in
                switch dispatch.destination {
                case .owner(.slot(let slot)): state.table.node(for: slot) ?? any
                case .owner(.anyMaster): any
                case .owner(.node(let endpoint)), .node(let endpoint), .asking(let endpoint):
                    state.table.node(at: endpoint)
                }
            }
        }
        var nodes: [Node] = []
        nodes.reserveCapacity(known.count)
        for (dispatch, node) in zip(dispatches, known) {
            if let node {
                nodes.append(node)
                continue
            }
            switch dispatch.destination {
            case .node(let endpoint), .asking(let endpoint):
                guard let node = self.adopt(endpoint) else { throw RedisError(.closed, "the client is closed") }
                nodes.append(node)
            case .owner:
                throw RedisError(.connectionLost, "the node has left the cluster")
            }
        }
        return nodes
    }

    /// Sends all batches at the same time.
    func send(_ batches: [NodeBatch<Node>], _ deadline: Deadline) async -> [(NodeBatch<Node>, Reply)] {
        if batches.count == 1 { return [(batches[0], await Self.send(batches[0], deadline))] }
        return await withTaskGroup(of: (Int, Reply).self) { group in
            for (index, batch) in batches.enumerated() {
                group.addTask { (index, await Self.send(batch, deadline)) }
            }
            var replies: [(NodeBatch<Node>, Reply)] = []
            for await (index, reply) in group { replies.append((batches[index], reply)) }
            return replies
        }
    }

    private static func send(_ batch: NodeBatch<Node>, _ deadline: Deadline) async -> Reply {
        do throws(RedisError) {
            return .success(try await batch.node.perform(batch.commands, deadline: deadline))
        } catch {
            return .failure(error)
        }
    }
}
