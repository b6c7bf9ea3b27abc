import Redis
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.redis.isUp, "redis is not up")) struct RedisClientLiveTests {
    private static var configuration: RedisConfiguration {
        RedisConfiguration(host: Stack.redis.host, port: Stack.redis.port, password: Stack.redis.password)
    }

    /// A key of its own for each test, removed on every path.
    private func withKey(_ body: (RedisClient, String) async throws -> Void) async throws {
        let key = "test:{\(UInt64.random(in: .min ... .max))}"
        try await withRedisClient(Self.configuration) { client in
            do {
                try await body(client, key)
            } catch {
                try await client.del(key)
                throw error
            }
            try await client.del(key)
        }
    }

    @Test func `256 tasks on one connection each get their own replies`() async throws {
        try await withRedisClient(Self.configuration) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<256 {
                    group.addTask {
                        for step in 0..<40 {
                            let text = "\(task):\(step)"
                            let reply = try await client.send(.echo(.string(text)))
                            #expect(reply == text)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(client.connectionGeneration == 1)
        }
    }

    @Test func `values of any bytes and of many sizes survive`() async throws {
        try await self.withKey { client, key in
            for count in [0, 1, 255, 16_383, 16_384, 65_536, 300_000, 5_000_000] {
                let value = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                try await client.set(key, .bytes(value))
                #expect(try await client.get(key, as: [UInt8].self) == value, "\(count) bytes")
            }
        }
    }

    @Test func `a pipeline returns a reply for each command and errors in their places`() async throws {
        try await self.withKey { client, key in
            let (written, field, text, none, pong) = try await client.pipeline(
                .set(key, "text"),
                .hget(key, "field"),
                .get(key),
                .get(key + "none"),
                .ping
            )
            #expect(try written.get() == RedisOK() && text.get() == "text" && none.get() == nil && pong.get() == "PONG")
            #expect(throws: RedisError.self) { try field.get() }
            let error = await redisError { () throws(RedisError) in try await client.send(.hget(key, "field")) }
            #expect(error?.code == .server && error?.serverErrorName == "WRONGTYPE")
        }
    }

    @Test func `a transaction inside a pipeline is not mixed with other tasks`() async throws {
        try await self.withKey { client, key in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let (first, second) = try await client.transaction(.incr(key), .incr(key))
                        #expect(try first.get() + 1 == second.get())
                    }
                    group.addTask { try await client.ping() }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `hashes and times to live work as their commands say`() async throws {
        try await self.withKey { client, key in
            #expect(try await client.send(.hset(key, ["a": 1, "b": "x"])) == 2)
            #expect(try await client.send(.hgetall(key)) == ["a": "1", "b": "x"])
            #expect(try await client.send(.hmget(key, ["b", "c"])) == ["x", nil])
            #expect(try await client.send(.hincrby(key, "a", by: 4)) == 5)
            #expect(try await client.send(.expire(key, after: .seconds(60))))
            let left = try #require(try await client.send(.ttl(key)).duration)
            #expect((.seconds(59)...(.seconds(60))).contains(left))
            #expect(try await client.send(.set(key, 7, expiry: .after(.seconds(60)), condition: .ifPresent)))
            #expect(try await client.send(.set(key, 7, condition: .ifAbsent)) == false)
            #expect(try await client.send(.exists(key)))
            #expect(try await client.send(.time).seconds > 0)
        }
    }

    @Test func `a script that the server does not know is sent once`() async throws {
        try await self.withKey { client, key in
            // New in each run, so that no server knows it.
            let script = RedisScript("-- \(key)\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])", as: Int.self)
            let known = try #require(script.sha1)
            let unknown = await redisError { () throws(RedisError) in
                try await client.send(.evalsha(known, keys: [key], [1], as: Int.self))
            }
            #expect(unknown?.serverErrorName == "NOSCRIPT")
            #expect(try await client.run(script, keys: [key], arguments: [5]) == 5)
            #expect(try await client.send(.evalsha(known, keys: [key], [1], as: Int.self)) == 6)
            #expect(try await client.run(script, keys: [key], arguments: [1]) == 7)
        }
    }

    @Test func `many runs of an unknown script keep their order`() async throws {
        try await self.withKey { client, key in
            let script = RedisScript("-- \(key)\nreturn redis.call('RPUSH', KEYS[1], ARGV[1])", as: Int.self)
            let invocations = (0..<100).map { RedisScriptInvocation(keys: [key], arguments: [.init($0)]) }
            let replies = try await client.run(script, invocations: invocations)
            #expect(try replies.map { try $0.get() } == Array(1...100))
            #expect(try await client.send(.lrange(key, as: Int.self)) == Array(0..<100))
        }
    }

    @Test func `database and client name are set on the connection`() async throws {
        var configuration = Self.configuration
        configuration.database = 3
        configuration.clientName = "sentence"
        try await withRedisClient(configuration) { client in
            let info = try await client.send(.clientInfo)
            #expect(info.contains(" name=sentence ") && info.contains(" db=3 "))
        }
    }

    @Test func `a cancelled call ends at once and the connection stays in order`() async throws {
        try await self.withKey { client, key in
            try await client.ping()
            let blocked = Task {
                await redisError { () throws(RedisError) in
                    try await client.send(.blpop([key], timeout: .seconds(1)), deadline: .after(.seconds(30)))
                }
            }
            // The task gets its turn before the cancellation; where it does not, the call is not even sent.
            for _ in 0..<100 { await Task.yield() }
            let start = ContinuousClock.now
            blocked.cancel()
            #expect(await blocked.value?.code == .cancelled)
            #expect(start.duration(to: .now) < .milliseconds(500))
            for step in 0..<10 {
                #expect(try await client.send(.echo(.init(step), as: Int.self)) == step)
            }
            #expect(client.connectionGeneration == 1)
        }
    }
}
