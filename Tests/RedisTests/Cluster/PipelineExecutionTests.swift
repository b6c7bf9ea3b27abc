import Testing

@testable import Redis

@Suite struct PipelineExecutionTests {
    private final class Node: Sendable {}

    private let start = ContinuousClock.now
    private let a = RedisEndpoint(host: "a", port: 1)
    private let b = RedisEndpoint(host: "b", port: 1)

    private func time(_ seconds: Int) -> ContinuousClock.Instant { self.start.advanced(by: .seconds(seconds)) }

    private func execution(_ keys: RedisArgument..., redirectionsMax: Int = 16) -> PipelineExecution {
        let units = keys.map { key in
            CommandUnit(target: .slot(HashSlot(key: key)), commands: [RawCommand("INCR", [key])])
        }
        return PipelineExecution(units, redirectionsMax: redirectionsMax)
    }

    /// What is sent now; empty when nothing is.
    private func dispatches(_ execution: inout PipelineExecution, at seconds: Int = 0) -> [PipelineExecution.Dispatch] {
        guard case .send(let dispatches) = execution.step(at: self.time(seconds), deadline: self.time(100)) else {
            return []
        }
        return dispatches
    }

    /// Sends all that is ready to `node`, which gives `replies`; a delay has one second.
    private func exchange(
        _ execution: inout PipelineExecution,
        _ replies: [RedisValue],
        at seconds: Int = 0
    ) -> [PipelineExecution.Notice] {
        let node = Node()
        let dispatches = self.dispatches(&execution, at: seconds)
        let batches = execution.batches(dispatches, dispatches.map { _ in node })
        #expect(batches.count == 1)
        return batches.flatMap {
            execution.received(replies, $0.parts, from: self.a, now: self.time(seconds)) { _ in .seconds(1) }
        }
    }

    private func results(_ execution: inout PipelineExecution, at seconds: Int = 0) -> [[RedisValue]]? {
        guard case .finished(let results) = execution.step(at: self.time(seconds), deadline: self.time(100)) else {
            return nil
        }
        return results
    }

    private func moved(_ key: String) -> RedisValue { .error("MOVED \(HashSlot(text: key)) b:1") }

    @Test func `answers end the pipeline in its order`() {
        var execution = self.execution("x", "y")
        #expect(self.exchange(&execution, [.integer(1), .error("WRONGTYPE")]).isEmpty)
        #expect(self.results(&execution) == [[.integer(1)], [.error("WRONGTYPE")]])
    }

    @Test func `MOVED is followed at once and noted`() throws {
        var execution = self.execution("x")
        let slot = HashSlot(text: "x")
        #expect(self.exchange(&execution, [self.moved("x")]) == [.moved(slot, self.b), .topologyDoubtful])
        #expect(self.dispatches(&execution).map(\.destination) == [.node(self.b)])
    }

    @Test func `ASK is followed with ASKING before each command`() throws {
        var execution = self.execution("x", "x")
        let ask = RedisValue.error("ASK \(HashSlot(text: "x")) b:1")
        #expect(self.exchange(&execution, [ask, ask]).isEmpty)
        let dispatches = self.dispatches(&execution)
        #expect(dispatches.map(\.destination) == [.asking(self.b), .asking(self.b)])
        let node = Node()
        let batch = try #require(execution.batches(dispatches, [node, node]).first)
        #expect(batch.commands.map(\.name) == ["ASKING", "INCR", "ASKING", "INCR"])
        _ = execution.received(
            [.status("OK"), .integer(1), .status("OK"), .integer(2)],
            batch.parts,
            from: self.b,
            now: self.time(0)
        ) { _ in .zero }
        #expect(self.results(&execution) == [[.integer(1)], [.integer(2)]])
    }

    @Test func `who is told to wait waits, and so does what follows on its slot`() {
        var execution = self.execution("{x}1", "y", "{x}2")
        let replies: [RedisValue] = [.error("TRYAGAIN x"), .error("LOADING x"), self.moved("x")]
        let notices = self.exchange(&execution, replies)
        #expect(notices == [.topologyDoubtful, .moved(HashSlot(text: "x"), self.b), .topologyDoubtful])
        guard case .wait(let until) = execution.step(at: self.time(0), deadline: self.time(100)) else {
            Issue.record("does not wait")
            return
        }
        #expect(until == self.time(1))
        #expect(self.dispatches(&execution, at: 1).map(\.unit) == [0, 1, 2])
    }

    @Test func `a slot is never under way to two nodes`() {
        var execution = self.execution("{x}1", "{x}2", "{x}3", "y")
        let ask = RedisValue.error("ASK \(HashSlot(text: "x")) b:1")
        _ = self.exchange(&execution, [ask, self.moved("x"), ask, self.moved("y")])
        let dispatches = self.dispatches(&execution)
        let (node, other) = (Node(), Node())
        let batches = execution.batches(dispatches, [node, node, node, other])
        #expect(batches.map { $0.parts.map(\.unit) } == [[0], [3]], "the second differs, and the third comes after it")
        #expect(
            self.dispatches(&execution).map(\.destination) == [
                .asking(self.b), .owner(.slot(HashSlot(text: "x"))), .owner(.slot(HashSlot(text: "x"))), .node(self.b),
            ]
        )
    }

    @Test func `who is overtaken on its key is not sent again`() {
        var execution = self.execution("x", "x", "{x}2")
        _ = self.exchange(&execution, [self.moved("x"), .integer(1), self.moved("x")])
        #expect(self.dispatches(&execution).map(\.unit) == [2])
        _ = self.exchange(&execution, [.integer(5)])
        #expect(self.results(&execution) == [[self.moved("x")], [.integer(1)], [.integer(5)]])
    }

    @Test func `a transaction that was discarded by a redirection is sent again as a whole`() {
        let slot = HashSlot(text: "x")
        let commands = [RawCommand("MULTI"), RawCommand("INCR", ["x"]), RawCommand("EXEC")]
        let unit = CommandUnit(target: .slot(slot), commands: commands)
        var execution = PipelineExecution([unit], redirectionsMax: 16)
        _ = self.exchange(&execution, [.status("OK"), self.moved("x"), .error("EXECABORT x")])
        #expect(self.dispatches(&execution).map(\.destination) == [.node(self.b)])
        _ = self.exchange(&execution, [.status("OK"), .status("QUEUED"), .error("TRYAGAIN x")])
        _ = self.exchange(&execution, [.status("OK"), .error("ERR syntax"), .error("EXECABORT x")], at: 1)
        #expect(self.results(&execution) == [[.status("OK"), .error("ERR syntax"), .error("EXECABORT x")]])
    }

    @Test func `commands that were carried out without their MULTI are not sent again`() {
        let commands = [RawCommand("MULTI"), RawCommand("INCR", ["x"]), RawCommand("EXEC")]
        let unit = CommandUnit(target: .slot(HashSlot(text: "x")), commands: commands)
        var execution = PipelineExecution([unit], redirectionsMax: 16)
        let replies: [RedisValue] = [.error("LOADING x"), .integer(1), .error("CLUSTERDOWN x")]
        _ = self.exchange(&execution, replies)
        #expect(self.results(&execution) == [replies])
    }

    @Test func `a loss of what was not sent is repeated, of anything else not`() {
        let lost = RedisError(.connectionLost, "cut")
        var execution = self.execution("x", "y")
        let node = Node()
        var batch = NodeBatch(node: node)
        batch.append(0, execution.units[0].commands, isAsking: false)
        batch.append(1, execution.units[1].commands, isAsking: false)
        let delay = { (_: Int) in Duration.seconds(1) }
        #expect(
            execution.failed(lost, batch.parts, at: self.a, now: self.time(0), delay: delay) == [.unreachable(self.a)]
        )
        #expect(self.dispatches(&execution, at: 1).count == 2)
        var maybe = lost
        maybe.mayHaveBeenApplied = true
        _ = execution.failed(maybe, batch.parts, at: self.a, now: self.time(1), delay: delay)
        guard case .failed(let error) = execution.step(at: self.time(1), deadline: self.time(100)) else {
            Issue.record("goes on")
            return
        }
        #expect(error.code == .connectionLost && error.mayHaveBeenApplied)
    }

    @Test func `an error knows of the parts that were carried out`() {
        for (reply, isApplied) in [(RedisValue.integer(1), true), (.error("WRONGTYPE x"), false)] {
            var execution = self.execution("x", "y")
            _ = self.exchange(&execution, [reply, .error("TRYAGAIN x")])
            execution.stop(RedisError(.cancelled, "cancelled"))
            guard case .failed(let error) = execution.step(at: self.time(1), deadline: self.time(100)) else {
                Issue.record("goes on")
                return
            }
            #expect(error.mayHaveBeenApplied == isApplied)
        }
    }

    @Test func `when no time is left the last refusal is the answer`() {
        var execution = self.execution("x")
        _ = self.exchange(&execution, [.error("CLUSTERDOWN x")])
        guard case .finished(let results) = execution.step(at: self.time(0), deadline: self.time(1)) else {
            Issue.record("does not end")
            return
        }
        #expect(results == [[.error("CLUSTERDOWN x")]])
    }

    @Test func `redirections end some time`() throws {
        var execution = self.execution("x", redirectionsMax: 3)
        for second in 0..<4 { _ = self.exchange(&execution, [self.moved("x")], at: second * 10) }
        let reply = try #require(self.results(&execution)?.first?.first)
        guard case .error(let text) = reply else { throw RedisError(.unexpectedReply, "no error") }
        #expect(text.hasPrefix("MOVED") && text.contains("after 3 redirections"))
        #expect(!RedisError.server(text).mayHaveBeenApplied)
    }

    @Test func `a missing reply is an error`() {
        var execution = self.execution("x", "y")
        _ = self.exchange(&execution, [.integer(1)])
        guard case .failed(let error) = execution.step(at: self.time(0), deadline: self.time(100)) else {
            Issue.record("goes on")
            return
        }
        #expect(error.code == .protocolViolation && error.mayHaveBeenApplied)
    }
}
