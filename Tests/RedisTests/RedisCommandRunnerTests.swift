import ServerRuntime
import Testing

@testable import Redis

@Suite struct RedisCommandRunnerTests {
    @Test func `a pipeline of one kind gives a result for each command`() async throws {
        let runner = FakeRunner([bulk("1"), .error("WRONGTYPE no"), .null, .integer(2), .array([])])
        let results = try await runner.send(pipeline: ["a", "b", "c", "d", "e"].map { .get($0, as: Int.self) })
        #expect(runner.sent == [["GET a", "GET b", "GET c", "GET d", "GET e"]])
        #expect(try results[0].get() == 1 && results[2].get() == nil && results[3].get() == 2)
        #expect(throws: RedisError.self) { try results[1].get() }
        #expect(throws: RedisError.self) { try results[4].get() }
        #expect(try await runner.send(pipeline: [RedisCommand<Int>]()).isEmpty)
    }

    @Test func `a pipeline of several kinds keeps each type`() async throws {
        let runner = FakeRunner([bulk("x"), .integer(2), .error("ERR no")])
        let (text, count, members) = try await runner.pipeline(.get("a"), .incr("n"), .smembers("s"))
        #expect(runner.sent == [["GET a", "INCRBY n 1", "SMEMBERS s"]])
        #expect(try text.get() == "x" && count.get() == 2)
        guard case .failure(let error) = members else { return #expect(Bool(false)) }
        #expect(error.code == .server)
    }

    @Test func `literals are understood inside a few commands and by the full name in many`() async throws {
        let ok = RedisValue.status("OK")
        let runner = FakeRunner([ok, .integer(1)], [ok, .null, .null, .null, .null, .integer(1)])
        let (set, pushed) = try await runner.pipeline(.set("k", "v"), .lpush("l", ["a", 1]))
        #expect(try set.get() == RedisOK() && pushed.get() == 1)
        let many = try await runner.pipeline(
            RedisCommand.set("k", "v"),
            .get("a"),
            .get("b"),
            .get("c"),
            .get("d", as: Int.self),
            .incr("e")
        )
        #expect(try many.5.get() == 1)
        #expect(runner.sent.map(\.count) == [2, 6])
    }

    @Test func `too few replies are an error and no trap`() async {
        let error = await RedisClientTests.error { () throws(RedisError) in
            try await FakeRunner([.integer(1)]).pipeline(.incr("a"), .incr("b"))
        }
        #expect(error?.code == .protocolViolation && error?.mayHaveBeenApplied == true)
    }

    @Test func `a transaction is one pipeline with results of its commands`() async throws {
        let queued = RedisValue.status("QUEUED")
        let runner = FakeRunner(
            [.status("OK"), queued, queued, .array([bulk("x"), .error("WRONGTYPE no")])],
            [.status("OK"), queued, .array([.integer(5)])]
        )
        let (text, count) = try await runner.transaction(.get("a"), .incr("n"))
        #expect(runner.sent == [["MULTI", "GET a", "INCRBY n 1", "EXEC"]])
        #expect(try text.get() == "x")
        #expect(throws: RedisError.self) { try count.get() }
        let results = try await runner.transaction(commands: [.incr("n")])
        #expect(try results.map { try $0.get() } == [5])
        #expect(try await runner.transaction(commands: [RedisCommand<Int>]()).isEmpty && runner.sent.count == 2)
    }

    @Test func `a script that the server does not know is sent with its source within the same deadline`() async throws
    {
        let runner = FakeRunner([.error("NOSCRIPT No matching script. Please use EVAL.")], [.integer(7)])
        let script = RedisScript("return 7", as: Int.self)
        #expect(try await runner.run(script, keys: ["k"], arguments: [1]) == 7)
        #expect(runner.sent.map { $0.map { $0.prefix(8) } } == [["EVALSHA "], ["EVAL ret"]])
        #expect(runner.deadlines[0] != nil && runner.deadlines[0] == runner.deadlines[1])
    }

    @Test func `a script that failed inside is not run again`() async {
        let runner = FakeRunner([.error("NOSCRIPT x script: ab, on @user_script:1.")], [.integer(7)])
        let error = await RedisClientTests.error { () throws(RedisError) in
            try await runner.run(RedisScript("return 7", as: Int.self))
        }
        #expect(error?.serverErrorName == "NOSCRIPT" && error?.mayHaveBeenApplied == true && runner.sent.count == 1)
    }

    @Test func `of many runs only those that a server did not know are sent again`() async throws {
        let unknown = RedisValue.error("NOSCRIPT No matching script. Please use EVAL.")
        let runner = FakeRunner([.integer(0), unknown, .integer(2), unknown], [.integer(1), .error("ERR no")])
        let script = RedisScript("return 7", as: Int.self)
        let invocations = (0..<4).map { RedisScriptInvocation(keys: ["k\($0)"]) }
        let results = try await runner.run(script, invocations: invocations)
        #expect(try results[0].get() == 0 && results[1].get() == 1 && results[2].get() == 2)
        #expect(throws: RedisError.self) { try results[3].get() }
        #expect(runner.sent[0].first == "EVAL return 7 1 k0" && runner.sent[0].count == 4)
        #expect(runner.sent[1] == ["EVAL return 7 1 k1", "EVAL return 7 1 k3"])
        #expect(try await runner.run(script, invocations: []).isEmpty)
    }

    @Test func `losing the second try says that the first may have done something`() async {
        let runner = FakeRunner([.integer(0), .error("NOSCRIPT x")])
        let invocations = [RedisScriptInvocation(keys: ["a"]), RedisScriptInvocation(keys: ["b"])]
        let error = await RedisClientTests.error { () throws(RedisError) in
            try await runner.run(RedisScript("return 7", as: Int.self), invocations: invocations)
        }
        #expect(error?.code == .connectionLost && error?.mayHaveBeenApplied == true)
    }

    @Test func `the short forms send the commands of their names`() async throws {
        let runner = FakeRunner([bulk("v")], [.status("OK")], [.null], [.integer(2)], [bulk("7")], [.integer(1)])
        #expect(try await runner.get("k") == "v")
        try await runner.set("k", "v", expiry: .after(.seconds(1)))
        #expect(try await runner.set("k", "v", condition: .ifAbsent) == false)
        try await runner.del("a", "b")
        #expect(try await runner.hget("h", "f", as: Int.self) == 7)
        #expect(try await runner.zadd("z", "m", score: 1))
        #expect(
            runner.sent.flatMap { $0 } == [
                "GET k", "SET k v PX 1000", "SET k v NX", "DEL a b", "HGET h f", "ZADD z 1.0 m",
            ]
        )
    }
}
