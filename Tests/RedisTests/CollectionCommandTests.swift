import Testing

@testable import Redis

@Suite struct CollectionCommandTests {
    @Test func `commands of lists are sent word by word`() {
        expectWords(.lpush("l", ["a", 1]), "LPUSH l a 1")
        expectWords(.rpush("l", ["a"]), "RPUSH l a")
        expectWords(.lpushx("l", ["a"]), "LPUSHX l a")
        expectWords(.rpushx("l", ["a"]), "RPUSHX l a")
        expectWords(.lpop("l"), "LPOP l")
        expectWords(.lpop("l", count: 2), "LPOP l 2")
        expectWords(.rpop("l"), "RPOP l")
        expectWords(.rpop("l", count: 2), "RPOP l 2")
        expectWords(.llen("l"), "LLEN l")
        expectWords(.lrange("l"), "LRANGE l 0 -1")
        expectWords(.lindex("l", -1), "LINDEX l -1")
        expectWords(.lset("l", 0, "a"), "LSET l 0 a")
        expectWords(.lrem("l", "a", count: -1), "LREM l -1 a")
        expectWords(.ltrim("l", from: 0, to: 9), "LTRIM l 0 9")
        expectWords(.linsert("l", "a", before: "b"), "LINSERT l BEFORE b a")
        expectWords(.linsert("l", "a", after: "b"), "LINSERT l AFTER b a")
        expectWords(.lmove(from: "l", .left, to: "m", .right), "LMOVE l m LEFT RIGHT")
        expectWords(.lpos("l", "a"), "LPOS l a")
        expectWords(.lpos("l", "a", rank: -1), "LPOS l a RANK -1")
        expectWords(.lpos("l", "a", count: 0), "LPOS l a COUNT 0")
    }

    @Test func `commands that block are sent word by word`() {
        expectWords(.blpop(["l", "m"], timeout: .seconds(1)), "BLPOP l m 1")
        expectWords(.brpop(["l"], timeout: .seconds(1)), "BRPOP l 1")
        expectWords(
            .blmove(from: "l", .right, to: "m", .left, timeout: .milliseconds(1500)),
            "BLMOVE l m RIGHT LEFT 1.5"
        )
        expectWords(.bzpopmin(["z"], timeout: .seconds(1)), "BZPOPMIN z 1")
        expectWords(.bzpopmax(["z"], timeout: .seconds(1)), "BZPOPMAX z 1")
    }

    @Test func `commands of sets are sent word by word`() {
        expectWords(.sadd("s", ["a", 1]), "SADD s a 1")
        expectWords(.srem("s", ["a"]), "SREM s a")
        expectWords(.scard("s"), "SCARD s")
        expectWords(.smembers("s"), "SMEMBERS s")
        expectWords(.sismember("s", "a"), "SISMEMBER s a")
        expectWords(.smismember("s", ["a", "b"]), "SMISMEMBER s a b")
        expectWords(.smove("a", from: "s", to: "t"), "SMOVE s t a")
        expectWords(.spop("s"), "SPOP s")
        expectWords(.spop("s", count: 2), "SPOP s 2")
        expectWords(.srandmember("s", count: -2), "SRANDMEMBER s -2")
        expectWords(.sinter(["s", "t"]), "SINTER s t")
        expectWords(.sunion(["s", "t"]), "SUNION s t")
        expectWords(.sdiff(["s", "t"]), "SDIFF s t")
        expectWords(.sinterstore("u", ["s", "t"]), "SINTERSTORE u s t")
        expectWords(.sunionstore("u", ["s", "t"]), "SUNIONSTORE u s t")
        expectWords(.sdiffstore("u", ["s", "t"]), "SDIFFSTORE u s t")
        expectWords(.sintercard(["s", "t"], limit: 5), "SINTERCARD 2 s t LIMIT 5")
        expectWords(.sscan("s", 3), "SSCAN s 3 COUNT 100")
    }

    @Test func `commands of sorted sets are sent word by word`() {
        expectWords(.zadd("z", "a", score: -.infinity), "ZADD z -inf a")
        expectWords(.zadd("z", [("a", 1), ("b", 2.5)]), "ZADD z 1.0 a 2.5 b")
        expectWords(
            .zadd("z", [("a", 1)], condition: .ifPresent, change: .raise, countingChanges: true),
            "ZADD z XX GT CH 1.0 a"
        )
        expectWords(.zadd("z", [("a", 1)], change: .lower), "ZADD z LT 1.0 a")
        expectWords(.zincrby("z", "a", by: 0.5), "ZINCRBY z 0.5 a")
        expectWords(.zscore("z", "a"), "ZSCORE z a")
        expectWords(.zmscore("z", ["a", "b"]), "ZMSCORE z a b")
        expectWords(.zrem("z", ["a"]), "ZREM z a")
        expectWords(.zremrangebyscore("z", from: .lowest, to: .excluding(5)), "ZREMRANGEBYSCORE z -inf (5.0")
        expectWords(.zremrangebyrank("z", from: 0, to: 1), "ZREMRANGEBYRANK z 0 1")
        expectWords(.zremrangebylex("z", from: .lowest, to: .excluding("b")), "ZREMRANGEBYLEX z - (b")
        expectWords(.zcard("z"), "ZCARD z")
        expectWords(.zcount("z"), "ZCOUNT z -inf +inf")
        expectWords(.zlexcount("z", from: .including("a"), to: .highest), "ZLEXCOUNT z [a +")
        expectWords(.zrank("z", "a"), "ZRANK z a")
        expectWords(.zrevrank("z", "a"), "ZREVRANK z a")
        expectWords(.zpopmin("z"), "ZPOPMIN z 1")
        expectWords(.zpopmax("z", count: 3), "ZPOPMAX z 3")
        expectWords(.zscan("z", 1, match: "a"), "ZSCAN z 1 MATCH a COUNT 100")
    }

    @Test func `ranges go from low to high and the words turn round for the reverse`() {
        expectWords(.zrange("z"), "ZRANGE z 0 -1")
        expectWords(.zrange("z", from: 1, to: 2, reversed: true), "ZRANGE z 1 2 REV")
        expectWords(.zrangeWithScores("z", to: 9), "ZRANGE z 0 9 WITHSCORES")
        expectWords(.zrange("z", scoresFrom: 1, to: .highest), "ZRANGE z 1.0 +inf BYSCORE")
        expectWords(
            .zrange("z", scoresFrom: .excluding(1), to: 2.5, reversed: true, limit: (3, 4)),
            "ZRANGE z 2.5 (1.0 BYSCORE REV LIMIT 3 4"
        )
        expectWords(
            .zrangeWithScores("z", scoresFrom: .lowest, to: .including(.infinity)),
            "ZRANGE z -inf inf BYSCORE WITHSCORES"
        )
        expectWords(.zrange("z", membersFrom: .including("a"), to: .excluding("b")), "ZRANGE z [a (b BYLEX")
        expectWords(
            .zrange("z", membersFrom: .including(.bytes([97])), to: .highest, reversed: true),
            "ZRANGE z + [a BYLEX REV"
        )
        expectWords(.zrange("z", membersFrom: .lowest, to: .including(7)), "ZRANGE z - [7 BYLEX")
    }

    @Test func `commands of estimates are sent word by word`() {
        expectWords(.pfadd("p", ["a"]), "PFADD p a")
        expectWords(.pfcount(["p", "q"]), "PFCOUNT p q")
        expectWords(.pfmerge("r", ["p", "q"]), "PFMERGE r p q")
    }
}
