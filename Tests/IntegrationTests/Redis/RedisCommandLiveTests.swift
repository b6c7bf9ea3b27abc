import Redis
import ServerRuntime
import TestKit
import Testing

/// Each family of commands against a server: that the words are what it takes and the replies are what the types expect.
@Suite(.enabled(if: Stack.redis.isUp, "redis is not up")) struct RedisCommandLiveTests {
    /// Two keys of one slot for each test, removed on every path.
    private func withKeys(_ body: (RedisClient, String, String) async throws -> Void) async throws {
        let configuration = RedisConfiguration(
            host: Stack.redis.host,
            port: Stack.redis.port,
            password: Stack.redis.password
        )
        let tag = "test:{\(UInt64.random(in: .min ... .max))}"
        let keys = [tag + "a", tag + "b"]
        try await withRedisClient(configuration) { client in
            do {
                try await body(client, keys[0], keys[1])
            } catch {
                try await client.send(.del(keys))
                throw error
            }
            try await client.send(.del(keys))
        }
    }

    @Test func `keys are renamed copied and found`() async throws {
        try await self.withKeys { client, key, other in
            try await client.set(key, "v")
            #expect(try await client.send(.type(key)) == "string")
            #expect(try await client.send(.copy(key, to: other)))
            #expect(try await client.send(.copy(key, to: other)) == false)
            #expect(try await client.send(.copy(key, to: other, replacing: true)))
            #expect(try await client.send(.renamenx(key, to: other)) == false)
            #expect(try await client.send(.exists([key, other])) == 2)
            try await client.send(.rename(key, to: other))
            #expect(try await client.send(.touch([key, other])) == 1)
            #expect(try await client.send(.objectEncoding(other)) == "embstr")
            #expect(try await client.send(.objectEncoding(key)) == nil)
            #expect(try #require(try await client.send(.memoryUsage(other))) > 0)
            #expect(try await client.send(.unlink(other)))
            #expect(try await client.send(.type(other)) == "none")
        }
    }

    @Test func `a scan finds every key`() async throws {
        try await self.withKeys { client, key, other in
            try await client.set(key, 1)
            try await client.hset(other, "f", 1)
            var found: Set<String> = []
            var cursor: UInt64 = 0
            repeat {
                let page = try await client.send(.scan(cursor, match: key.dropLast() + "*", count: 1000))
                found.formUnion(page.elements)
                cursor = page.next
            } while cursor != 0
            #expect(found == [key, other])
            let hashes = try await client.send(.hscan(other, match: "f", as: Int.self))
            #expect(hashes.isLast && hashes.elements == [RedisField(name: "f", value: 1)])
        }
    }

    @Test func `times to live are set changed and taken off`() async throws {
        try await self.withKeys { client, key, _ in
            #expect(try await client.ttl(key) == .absent)
            #expect(try await client.expire(key, after: .seconds(5)) == false)
            try await client.set(key, 1, expiry: .after(.seconds(100)))
            try await client.set(key, 2, expiry: .keep)
            #expect(try #require(try await client.ttl(key).duration) > .seconds(90))
            let isLater = try await client.send(.expire(key, after: .seconds(50), condition: .ifLater))
            let isEarlier = try await client.send(.expire(key, after: .seconds(50), condition: .ifEarlier))
            #expect(!isLater && isEarlier)
            #expect(try await client.send(.getex(key, expiry: .never)) == "2")
            #expect(try await client.ttl(key) == .unlimited)
            #expect(try await client.send(.persist(key)) == false)
            let time = try await client.send(.time)
            #expect(try await client.send(.expireat(key, unixMilliseconds: (time.seconds + 60) * 1000)))
            #expect(try #require(try await client.ttl(key).duration) <= .seconds(60))
            try await client.set(key, 3)
            #expect(try await client.ttl(key) == .unlimited)
            // Above zero, but below what the server counts in: it ends soon, not never.
            #expect(try await client.expire(key, after: .nanoseconds(1)))
            #expect(try await client.ttl(key) != .unlimited)
            let refused = await redisError { () throws(RedisError) in
                try await client.set(key, 1, expiry: .after(.zero))
            }
            #expect(refused?.code == .server)
        }
    }

    @Test func `strings are written on conditions and read in parts`() async throws {
        try await self.withKeys { client, key, other in
            #expect(try await client.set(key, "one", condition: .ifAbsent))
            #expect(try await client.send(.set(key, "two", returning: String.self)) == "one")
            #expect(try await client.send(.set(key, "x", condition: .ifAbsent, returning: String.self)) == "two")
            #expect(try await client.send(.append(key, "!")) == 4)
            #expect(try await client.send(.strlen(key)) == 4)
            #expect(try await client.send(.getrange(key, from: 1, to: -2)) == Array("wo".utf8))
            #expect(try await client.send(.setrange(key, at: 3, "?")) == 4)
            try await client.send(.mset([key: "7", other: 8]))
            #expect(try await client.send(.msetnx([key: 1])) == false)
            #expect(try await client.send(.mget([key, other, key + "no"], as: Int.self)) == [7, 8, nil])
            #expect(try await client.incr(key, by: 3) == 10)
            #expect(try await client.decr(key) == 9)
            #expect(try await client.send(.incrbyfloat(key, by: 0.5)) == 9.5)
            #expect(try await client.send(.getdel(other, as: Int.self)) == 8)
            #expect(try await client.send(.setbit(other, at: 3, true)) == 0)
            #expect(try await client.send(.getbit(other, at: 3)) == 1)
            #expect(try await client.send(.bitcount(other)) == 1)
            #expect(try await client.send(.bitpos(other, true)) == 3)
            #expect(try await client.send(.bitcount(other, from: 0, to: 2, unit: .bit)) == 0)
        }
    }

    @Test func `hashes are written read and counted`() async throws {
        try await self.withKeys { client, key, _ in
            let added = try await client.hset(key, ["a": 1, "b": 2.5])
            #expect(added == 2)
            #expect(try await client.hset(key, "a", 3) == false)
            #expect(try await client.send(.hsetnx(key, "a", 4)) == false)
            #expect(try await client.send(.hgetall(key, as: Double.self)) == ["a": 3, "b": 2.5])
            #expect(try await client.send(.hkeys(key)).sorted() == ["a", "b"])
            #expect(try await client.send(.hvals(key, as: Double.self)).sorted() == [2.5, 3])
            #expect(try await client.send(.hlen(key)) == 2)
            #expect(try await client.send(.hstrlen(key, "b")) == 3)
            #expect(try await client.send(.hincrbyfloat(key, "b", by: 0.25)) == 2.75)
            #expect(try await client.send(.hexists(key, "c")) == false)
            #expect(try await client.send(.hrandfield(key, count: -5)).count == 5)
            #expect(try await client.send(.hrandfieldWithValues(key, count: 5)).map(\.name).sorted() == ["a", "b"])
            #expect(try await client.send(.hrandfield(key)) != nil)
            #expect(try await client.hdel(key, "a", "c") == 1)
        }
    }

    @Test func `lists are pushed moved and searched`() async throws {
        try await self.withKeys { client, key, other in
            #expect(try await client.rpush(key, "a", "b", "c", "b") == 4)
            #expect(try await client.send(.lpushx(other, ["x"])) == 0)
            #expect(try await client.lrange(key, to: 1) == ["a", "b"])
            #expect(try await client.send(.lpos(key, "b")) == 1)
            #expect(try await client.send(.lpos(key, "x")) == nil)
            #expect(try await client.send(.lpos(key, "b", rank: -1)) == 3)
            #expect(try await client.send(.lpos(key, "b", count: 0)) == [1, 3])
            #expect(try await client.send(.linsert(key, "i", before: "c")) == 5)
            try await client.send(.lset(key, 0, "A"))
            #expect(try await client.send(.lindex(key, -1)) == "b")
            #expect(try await client.send(.lrem(key, "b", count: -1)) == 1)
            #expect(try await client.send(.lmove(from: key, .left, to: other, .right)) == "A")
            #expect(try await client.send(.lmove(from: other + "no", .left, to: other, .right)) == nil)
            try await client.send(.ltrim(key, from: 1, to: -1))
            #expect(try await client.send(.rpop(key, count: 5)) == ["c", "i"])
            #expect(try await client.send(.lpop(key, count: 5)) == nil)
            #expect(try await client.lpop(key) == nil)
            #expect(try await client.send(.llen(other)) == 1)
        }
    }

    @Test func `sets are joined and sampled`() async throws {
        try await self.withKeys { client, key, other in
            let first = try await client.sadd(key, "a", "b", "c")
            #expect(first == 3)
            #expect(try await client.sadd(other, "b", "d") == 2)
            #expect(try await client.send(.sinter([key, other])) == ["b"])
            #expect(try await client.send(.sunion([key, other])).count == 4)
            #expect(try await client.send(.sdiff([key, other])).sorted() == ["a", "c"])
            #expect(try await client.send(.sintercard([key, other])) == 1)
            #expect(try await client.send(.smismember(key, ["a", "x"])) == [true, false])
            #expect(try await client.send(.sismember(key, "a")))
            #expect(try await client.send(.scard(key)) == 3)
            #expect(try await client.send(.smove("a", from: key, to: other)))
            #expect(try await client.send(.sscan(other)).elements.sorted() == ["a", "b", "d"])
            #expect(try await client.send(.srandmember(other, count: -7)).count == 7)
            #expect(try await client.send(.spop(key, count: 9)).count == 2)
            #expect(try await client.send(.spop(key)) == nil)
            #expect(try await client.send(.sunionstore(key, [other])) == 3)
            #expect(try await client.srem(key, "a", "x") == 1)
            #expect(try await client.smembers(key).sorted() == ["b", "d"])
        }
    }

    @Test func `scores keep their exact value`() async throws {
        try await self.withKeys { client, key, _ in
            let scores = [
                0.1, 1.0 / 3, -0.0, 5e-300, .infinity, -.infinity, .greatestFiniteMagnitude, 9_007_199_254_740_992,
                1e17,
            ]
            for score in scores {
                try await client.zadd(key, "m", score: score)
                #expect(try await client.send(.zscore(key, "m")) == score)
                #expect(try await client.send(.zcount(key, from: .including(score), to: .including(score))) == 1)
                #expect(try await client.send(.zcount(key, from: .excluding(score))) == 0)
            }
            let refused = await redisError { () throws(RedisError) in
                try await client.zadd(key, "m", score: .nan)
            }
            #expect(refused?.code == .server)
        }
    }

    @Test func `sorted sets are ranged over by rank score and member`() async throws {
        try await self.withKeys { client, key, _ in
            #expect(try await client.send(.zadd(key, [("a", 1), ("b", 2), ("c", 3)])) == 3)
            let raised: RedisCommand = .zadd(key, [("a", 0), ("b", 5)], change: .raise, countingChanges: true)
            #expect(try await client.send(raised) == 1)
            #expect(try await client.send(.zadd(key, [("n", 1)], condition: .ifPresent)) == 0)
            #expect(try await client.send(.zrange(key)) == ["a", "c", "b"])
            #expect(try await client.send(.zrange(key, to: 0, reversed: true)) == ["b"])
            let scored = try await client.send(.zrangeWithScores(key, from: 1))
            #expect(scored == [.init(member: "c", score: 3), .init(member: "b", score: 5)])
            #expect(try await client.send(.zrange(key, scoresFrom: .excluding(1), to: 5)) == ["c", "b"])
            let limited: RedisCommand = .zrange(key, scoresFrom: .lowest, to: .highest, reversed: true, limit: (1, 1))
            #expect(try await client.send(limited) == ["c"])
            let pairs = try await client.send(.zrangeWithScores(key, scoresFrom: 3, to: 4))
            #expect(pairs == [.init(member: "c", score: 3)])
            #expect(try await client.send(.zrank(key, "b")) == 2)
            #expect(try await client.send(.zrevrank(key, "b")) == 0)
            #expect(try await client.send(.zrank(key, "x")) == nil)
            #expect(try await client.send(.zmscore(key, ["a", "x"])) == [1, nil])
            #expect(try await client.send(.zincrby(key, "a", by: 0.5)) == 1.5)
            #expect(try await client.send(.zcard(key)) == 3)
            #expect(try await client.send(.zscan(key)).elements.count == 3)
            #expect(try await client.send(.zpopmin(key)) == [.init(member: "a", score: 1.5)])
            #expect(try await client.send(.zpopmax(key, count: 9)).map(\.member) == ["b", "c"])
            #expect(try await client.send(.zpopmin(key)).isEmpty)
            try await client.send(.zadd(key, [("a", 0), ("b", 0), ("c", 0), ("d", 0)]))
            #expect(
                try await client.send(.zrange(key, membersFrom: .including("b"), to: .excluding("d"))) == ["b", "c"]
            )
            let reversed: RedisCommand = .zrange(key, membersFrom: .excluding("a"), to: .highest, reversed: true)
            #expect(try await client.send(reversed) == ["d", "c", "b"])
            #expect(try await client.send(.zremrangebylex(key, from: .lowest, to: .including("a"))) == 1)
            #expect(try await client.send(.zremrangebyrank(key, from: 0, to: 0)) == 1)
            #expect(try await client.send(.zrem(key, ["c"])) == 1)
            #expect(try await client.send(.zremrangebyscore(key, from: 0, to: .highest)) == 1)
        }
    }

    @Test func `streams are written read and acknowledged`() async throws {
        try await self.withKeys { client, key, _ in
            try await client.send(.xgroupCreate(key, group: "g", after: "0", makingStream: true))
            let first = try await client.send(.xadd(key, [("f", "v"), ("n", 1)]))
            #expect(try await client.send(.xadd(key, [("f", "w")], limit: .length(100))) > first)
            #expect(try await client.send(.xlen(key)) == 2)
            #expect(try await client.send(.xrange(key, count: 1)).first?["f"] == "v")
            #expect(try await client.send(.xrevrange(key)).map { $0["f"] } == ["w", "v"])
            let rest = try await client.send(.xread([(key, first)]))
            #expect(rest.map(\.key) == [key] && rest.first?.entries.map { $0["f"] } == ["w"])
            #expect(try await client.send(.xread([(key, "$")])).isEmpty)
            let mine = try await client.send(.xreadgroup([(key, ">")], group: "g", consumer: "c", count: 1))
            #expect(mine.first?.entries.map(\.id) == [first])
            #expect(try await client.send(.xdel(key, [first])) == 1)
            let unfinished = try await client.send(.xreadgroup([(key, "0")], group: "g", consumer: "c"))
            #expect(unfinished.first?.entries == [RedisStreamEntry(id: first, fields: [])])
            #expect(try await client.send(.xack(key, group: "g", [first])) == 1)
            #expect(try await client.send(.xtrim(key, .length(0, exactly: true))) == 1)
            #expect(try await client.send(.xgroupDestroy(key, group: "g")))
        }
    }

    @Test func `blocking commands wait for their own time and not for ever`() async throws {
        try await self.withKeys { client, key, other in
            #expect(try await client.send(.blpop([key], timeout: .zero)) == nil)
            #expect(try await client.send(.bzpopmin([key], timeout: .milliseconds(5))) == nil)
            #expect(try await client.send(.xread([(key, "$")], block: .zero)).isEmpty)
            #expect(try await client.send(.blmove(from: key, .left, to: other, .left, timeout: .zero)) == nil)
            try await client.rpush(key, 7, 8)
            #expect(
                try await client.send(.blpop([other, key], timeout: .seconds(1), as: Int.self))
                    == .init(key: key, element: 7)
            )
            try await client.zadd(other, "m", score: 2)
            let popped = try await client.send(.bzpopmax([other], timeout: .seconds(1)))
            #expect(popped == .init(key: other, member: "m", score: 2))
            #expect(try await client.send(.wait(replicas: 9, timeout: .zero)) == 0)
        }
    }

    @Test func `a transaction is all or nothing until it runs`() async throws {
        try await self.withKeys { client, key, other in
            try await client.set(key, "text")
            let (count, list, text) = try await client.transaction(.incr(other), .lpush(key, ["x"]), .get(key))
            #expect(try count.get() == 1 && text.get() == "text")
            guard case .failure(let wrongType) = list else { return #expect(Bool(false)) }
            #expect(wrongType.serverErrorName == "WRONGTYPE")
            let aborted = await redisError { () throws(RedisError) in
                try await client.transaction(.incr(other), RedisCommand("NOSUCH", ["secret"]))
            }
            #expect(aborted?.serverErrorName == "EXECABORT" && aborted?.mayHaveBeenApplied == false)
            #expect(aborted?.message.contains("NOSUCH was refused: ERR unknown command") == true)
            #expect(aborted?.description.contains("secret") == false)
            #expect(try await client.get(other, as: Int.self) == 1)
        }
    }

    @Test func `scripts return what their types say`() async throws {
        try await self.withKeys { client, key, _ in
            let mixed = RedisScript("return {1, 'two', {3}, false}", as: [RedisValue].self)
            let values = try await client.run(mixed)
            #expect(values == [.integer(1), .string(Array("two".utf8)), .array([.integer(3)]), .null])
            let truths = RedisScript("return {1 == 1, redis.call('EXISTS', KEYS[1])}", as: [Bool].self)
            #expect(try await client.run(truths, keys: [key]) == [true, false])
            let digest = try await client.send(.scriptLoad("return 7"))
            #expect(digest == RedisScript("return 7").sha1)
            #expect(try await client.send(.scriptExists([digest, "00"])) == [true, false])
            let error = await redisError { () throws(RedisError) in
                try await client.send(.eval("return redis.call('HGET', KEYS[1], 'f')", keys: [key, key], as: Int.self))
            }
            #expect(error?.code == .unexpectedReply && error?.message == "expected Int, got null")
        }
    }

    @Test func `the server tells about itself`() async throws {
        try await self.withKeys { client, key, other in
            #expect(try await client.send(.info("server")).contains("redis_version:"))
            #expect(try await client.send(.commandCount) > 200)
            #expect(try await client.send(.configGet("maxmemory"))["maxmemory"] != nil)
            #expect(try await client.send(.clientList).contains("cmd=client|list"))
            #expect(try await client.send(.clientID) > 0)
            #expect(try await client.send(.publish(key, "m")) == 0)
            #expect(try await client.send(.pubsubNumsub([key])) == [key: 0])
            guard case .master = try await client.send(.role) else { return #expect(Bool(false)) }
            #expect(try await client.send(.pfadd(key, ["a", "b"])))
            #expect(try await client.send(.pfcount([key])) == 2)
            try await client.send(.pfmerge(other, [key]))
            #expect(try await client.send(.dbsize) >= 2)
        }
    }
}
