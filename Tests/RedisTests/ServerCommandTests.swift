import Testing

@testable import Redis

@Suite struct ServerCommandTests {
    @Test func `commands of streams are sent word by word`() {
        expectWords(.xadd("x", [("f", "v")]), "XADD x * f v")
        expectWords(.xadd("x", [("f", 1)], id: "5-1", limit: .length(9)), "XADD x MAXLEN ~ 9 5-1 f 1")
        expectWords(.xtrim("x", .length(9, exactly: true)), "XTRIM x MAXLEN = 9")
        expectWords(.xtrim("x", .since("7-0")), "XTRIM x MINID ~ 7-0")
        expectWords(.xlen("x"), "XLEN x")
        expectWords(.xdel("x", ["1-1"]), "XDEL x 1-1")
        expectWords(.xack("x", group: "g", ["1-1"]), "XACK x g 1-1")
        expectWords(.xgroupCreate("x", group: "g"), "XGROUP CREATE x g $")
        expectWords(.xgroupCreate("x", group: "g", after: "0", makingStream: true), "XGROUP CREATE x g 0 MKSTREAM")
        expectWords(.xgroupDestroy("x", group: "g"), "XGROUP DESTROY x g")
        expectWords(.xrange("x", count: 2), "XRANGE x - + COUNT 2")
        expectWords(.xrevrange("x", from: "1", to: "2"), "XREVRANGE x 2 1")
        expectWords(
            .xread([("x", "0"), ("y", "$")], count: 5, block: .zero),
            "XREAD COUNT 5 BLOCK 1 STREAMS x y 0 $"
        )
        expectWords(
            .xreadgroup([("x", ">")], group: "g", consumer: "c", block: .seconds(2), acknowledging: true),
            "XREADGROUP GROUP g c BLOCK 2000 NOACK STREAMS x >"
        )
    }

    @Test func `commands of the server are sent word by word`() {
        expectWords(.ping, "PING")
        expectWords(.echo("a"), "ECHO a")
        expectWords(.time, "TIME")
        expectWords(.dbsize, "DBSIZE")
        expectWords(.info(), "INFO")
        expectWords(.info("memory"), "INFO memory")
        expectWords(.flushdb, "FLUSHDB ASYNC")
        expectWords(.configGet("max*"), "CONFIG GET max*")
        expectWords(.configSet([("hz", 10)]), "CONFIG SET hz 10")
        expectWords(.clientInfo, "CLIENT INFO")
        expectWords(.clientList, "CLIENT LIST")
        expectWords(.clientID, "CLIENT ID")
        expectWords(.clientSetname("n"), "CLIENT SETNAME n")
        expectWords(.wait(replicas: 1, timeout: .zero), "WAIT 1 1")
        expectWords(.publish("c", "m"), "PUBLISH c m")
        expectWords(.spublish("c", "m"), "SPUBLISH c m")
        expectWords(.pubsubNumsub(["c"]), "PUBSUB NUMSUB c")
        expectWords(.role, "ROLE")
        expectWords(.commandCount, "COMMAND COUNT")
        expectWords(.watch(["a"]), "WATCH a")
        expectWords(.unwatch, "UNWATCH")
    }

    @Test func `commands of scripts are sent word by word`() {
        expectWords(.eval("return 1", as: Int.self), "EVAL return 1 0")
        expectWords(.evalsha("ab", keys: ["k"], [7], as: Int.self), "EVALSHA ab 1 k 7")
        expectWords(.scriptLoad("return 1"), "SCRIPT LOAD return 1")
        expectWords(.scriptExists(["ab", "cd"]), "SCRIPT EXISTS ab cd")
        expectWords(.scriptFlush, "SCRIPT FLUSH ASYNC")
    }

    @Test func `a script knows its digest`() {
        // The SHA-1 of "return 1", as SCRIPT LOAD of a server answers.
        let script = RedisScript("return 1", as: Int.self)
        #expect(script.sha1 == "e0e1f9fabfc9d4800c877a703b823ac0578ff8db")
        let invocation = RedisScriptInvocation(keys: ["k"], arguments: ["a"])
        expectWords(script.evalCommand(invocation), "EVAL return 1 1 k a")
        expectWords(script.evalshaCommand(invocation), "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 1 k a")
    }
}
