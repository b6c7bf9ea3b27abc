import Testing

@testable import Redis

@Suite struct PipelinePlanTests {
    private let masters = [RedisEndpoint(host: "a", port: 1), RedisEndpoint(host: "b", port: 1)]

    private func plan(_ lines: String...) throws(RedisError) -> PipelinePlan {
        try PipelinePlan(lines.map(Self.command)) { self.masters }
    }

    private static func command(_ line: String) -> RawCommand {
        let words = line.split(separator: " ").map(String.init)
        return RawCommand(words.first ?? "", words.dropFirst().map { RedisArgument($0) })
    }

    @Test func `each reply comes to its place`() throws {
        let plan = try self.plan("GET foo", "MGET foo bar", "DBSIZE", "MULTI", "INCR foo", "EXEC", "PING")
        #expect(
            plan.units.map { $0.commands.map(\.name).joined(separator: " ") } == [
                "GET", "MGET", "MGET", "DBSIZE", "DBSIZE", "MULTI INCR EXEC", "PING",
            ]
        )
        let results: [[RedisValue]] = [
            [.integer(1)], [.array([.integer(2)])], [.array([.integer(3)])], [.integer(4)], [.integer(5)],
            [.status("OK"), .status("QUEUED"), .array([.integer(6)])], [.status("PONG")],
        ]
        #expect(
            plan.replies(from: results) == [
                .integer(1), .array([.integer(2), .integer(3)]), .integer(9), .status("OK"), .status("QUEUED"),
                .array([.integer(6)]), .status("PONG"),
            ]
        )
    }

    @Test func `a transaction is one unit for the slot of its keys`() throws {
        let foo = CommandUnit.Target.slot(HashSlot(text: "foo"))
        #expect(try self.plan("multi", "GET foo", "PING", "SET {foo}2 1", "exec").units.map(\.target) == [foo])
        #expect(try self.plan("MULTI", "GET foo", "DISCARD").units.map(\.target) == [foo])
        #expect(try self.plan("MULTI", "EXEC").units.map(\.target) == [.anyMaster])
    }

    @Test(arguments: [["MULTI", "GET foo", "GET bar", "EXEC"], ["MULTI", "MGET foo bar", "EXEC"]])
    func `a transaction over several slots is refused`(lines: [String]) {
        let error = #expect(throws: RedisError.self) { try PipelinePlan(lines.map(Self.command)) { [] } }
        #expect(error?.code == .crossSlot)
    }

    @Test(arguments: [
        ["MULTI", "GET foo"], ["EXEC"], ["DISCARD"], ["MULTI", "MULTI", "EXEC"], ["MULTI", "DBSIZE", "EXEC"],
        ["MULTI", "EXEC", "EXEC"], ["GET foo", "SCAN 0"],
    ])
    func `transactions without end or beginning and refused commands refuse the whole`(lines: [String]) {
        let error = #expect(throws: RedisError.self) { try PipelinePlan(lines.map(Self.command)) { [] } }
        #expect(error?.code == .invalidArgument && error?.mayHaveBeenApplied == false)
    }

    @Test func `a failure of some masters says that it may have been applied`() throws {
        let plan = try self.plan("FLUSHALL")
        let replies = plan.replies(from: [[.status("OK")], [.error("OOM x")]])
        guard case .error(let text)? = replies.first else { throw RedisError(.unexpectedReply, "no error") }
        #expect(text.contains("1 of 2 masters") && RedisError.server(text).mayHaveBeenApplied)
        #expect(plan.replies(from: [[.error("OOM x")], [.error("OOM x")]]) == [.error("OOM x")])
    }

    @Test func `masters are asked for only where they are needed`() throws {
        let plan = try PipelinePlan([Self.command("GET foo"), RawCommand("DBSIZE").routed(by: "foo")]) { [] }
        #expect(plan.units.count == 2)
        let error = #expect(throws: RedisError.self) { try PipelinePlan([Self.command("KEYS *")]) { [] } }
        #expect(error?.code == .connectionLost && error?.mayHaveBeenApplied == false)
    }
}
