import Testing

@testable import Redis

@Suite struct ConnectionNeedsTests {
    @Test(arguments: [
        "AUTH", "select", "Hello", "RESET", "QUIT", "MONITOR", "SYNC", "PSYNC", "SUBSCRIBE", "psubscribe", "SSUBSCRIBE",
        "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE", "ASKING", "READONLY", "READWRITE", "REPLCONF", "",
    ])
    func `what the client does itself or would break it is refused`(name: String) {
        guard case .refused = RawCommand(name, ["x"]).connectionNeeds else { return #expect(Bool(false)) }
    }

    @Test(arguments: [
        "BLPOP", "brpop", "BLMOVE", "BRPOPLPUSH", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT", "WATCH",
        "UNWATCH",
        "MULTI", "exec", "DISCARD",
    ])
    func `what blocks or belongs to a transaction needs a connection of its own`(name: String) {
        guard case .dedicated = RawCommand(name, ["x"]).connectionNeeds else { return #expect(Bool(false)) }
    }

    @Test(arguments: [
        "GET", "SET", "HGET", "HMGET", "HSCAN", "SADD", "SCAN", "EVAL", "EVALSHA", "PING", "XADD", "XRANGE", "ZADD",
        "RPUSH",
        "AUTHOR", "AUT", "ÄUTH", "1234", "C", "a name of more than thirty-two letters", "\u{1}UTH",
    ])
    func `all others go over any connection`(name: String) {
        #expect(RawCommand(name).connectionNeeds == .shared)
        #expect(RawCommand(name).blockingTimeout == nil)
    }

    @Test func `a subcommand decides where the command does not`() {
        #expect(RawCommand("CLIENT", ["LIST"]).connectionNeeds == .shared)
        #expect(RawCommand("CLIENT").connectionNeeds == .shared)
        for word in ["reply", "TRACKING", "Caching"] {
            guard case .refused = RawCommand("client", [.string(word), "ON"]).connectionNeeds else {
                return #expect(Bool(false), "\(word)")
            }
        }
        guard case .refused = RawCommand("CLIENT", [.bytes(Array("REPLY".utf8))]).connectionNeeds,
            case .refused = RawCommand("SCRIPT", ["DEBUG", "YES"]).connectionNeeds,
            case .dedicated = RedisCommand.clientSetname("n").connectionNeeds
        else { return #expect(Bool(false)) }
        #expect(RedisCommand.scriptLoad("return 1").connectionNeeds == .shared)
    }

    @Test func `reading streams needs a connection only where it waits`() {
        #expect(RedisCommand.xread([("x", "0")]).connectionNeeds == .shared)
        // These are names here and no options.
        #expect(RedisCommand.xread([("BLOCK", "0")], count: 5).connectionNeeds == .shared)
        #expect(RedisCommand.xreadgroup([("x", ">")], group: "BLOCK", consumer: "BLOCK").connectionNeeds == .shared)
        let waiting: RedisCommand = .xreadgroup([("x", ">")], group: "STREAMS", consumer: "c", block: .seconds(3))
        guard case .dedicated = waiting.connectionNeeds else { return #expect(Bool(false)) }
        #expect(waiting.blockingTimeout == .seconds(3))
        guard case .dedicated = RawCommand("xread", ["block", 5, "streams", "x", "0"]).connectionNeeds else {
            return #expect(Bool(false))
        }
    }

    @Test func `the time that a command may block is known`() {
        #expect(RedisCommand.blpop(["a", "b"], timeout: .milliseconds(1500)).blockingTimeout == .milliseconds(1500))
        #expect(
            RedisCommand.blmove(from: "a", .left, to: "b", .left, timeout: .seconds(2)).blockingTimeout == .seconds(2)
        )
        #expect(RedisCommand.bzpopmin(["a"], timeout: .seconds(2)).blockingTimeout == .seconds(2))
        #expect(RedisCommand.wait(replicas: 1, timeout: .milliseconds(70)).blockingTimeout == .milliseconds(70))
        #expect(RawCommand("BLMPOP", ["2.5", 1, "a", "LEFT"]).blockingTimeout == .milliseconds(2500))
        #expect(RedisCommand.xread([("x", "0")], block: .seconds(1)).blockingTimeout == .seconds(1))
        #expect(RawCommand("BLPOP", ["a", 0]).blockingTimeout == RawCommand.unlimitedBlocking)
        #expect(RawCommand("BLPOP", ["a", "1e300"]).blockingTimeout == RawCommand.unlimitedBlocking)
        #expect(RawCommand("MULTI").blockingTimeout == nil)
        // What the server refuses does not block.
        for word in ["x", "-1", "nan"] {
            #expect(RawCommand("BLPOP", ["a", .string(word)]).blockingTimeout == nil)
        }
        #expect(RawCommand("BLPOP").blockingTimeout == nil)
    }

    @Test func `a pipeline that begins and ends its transaction may be shared`() {
        let multi = RawCommand("MULTI")
        let exec = RawCommand("EXEC")
        let get = RedisCommand.get("k").raw
        #expect([get, get].pipelineNeeds() == .shared)
        #expect([multi, get, exec, get, multi, RawCommand("discard")].pipelineNeeds() == .shared)
        for commands in [
            [multi, get], [get, exec], [multi, multi, exec], [RawCommand("WATCH", ["k"]), multi, exec],
        ] {
            guard case .dedicated = commands.pipelineNeeds() else { return #expect(Bool(false), "\(commands.count)") }
        }
        guard case .refused = [multi, RawCommand("SELECT", [1]), exec].pipelineNeeds() else {
            return #expect(Bool(false))
        }
    }
}
