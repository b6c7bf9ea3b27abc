import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// What a cluster does differently from one server, without faults.
    @Suite(.serialized) struct RedisClusterTests {
        /// Three masters with a password.
        private func withCluster(_ body: (RedisClusterFixture, RedisClient) async throws -> Void) async throws {
            var options = RedisClusterFixture.Options()
            options.password = "secret"
            try await RedisClusterFixture.with(options) { cluster in
                try await withRedisClient(cluster.configuration) { client in
                    try await client.ping(deadline: .after(.seconds(20)))
                    try await body(cluster, client)
                }
            }
        }

        @Test func `commands go to the owners of their keys`() async throws {
            try await self.withCluster { cluster, client in
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<500 {
                        group.addTask {
                            await #expect(throws: Never.self) {
                                try await client.set("key:\(number)", .init(number))
                                let value = try await client.get("key:\(number)", as: Int.self)
                                #expect(value == number)
                            }
                        }
                    }
                }
                var count = 0
                for node in cluster.masters {
                    guard case .integer(let size) = try await node.server.expect("DBSIZE") else { continue }
                    #expect(size > 50, "keys on \(node.port)")
                    count += size
                }
                #expect(count == 500)
                var seen: Set<String> = []
                for try await key in client.scan(match: "key:*", count: 50) { seen.insert(key) }
                #expect(seen == Set((0..<500).map { "key:\($0)" }))
            }
        }

        @Test func `commands of many keys are split and put together`() async throws {
            try await self.withCluster { _, client in
                let keys = (0..<200).map { "many:\($0)" }
                try await client.send(.mset(pairs: keys.enumerated().map { ($1, .init($0)) }))
                let values = try await client.mget(keys + ["none"] + keys.reversed())
                let expected = (0..<200).map { String?("\($0)") }
                #expect(values == expected + [nil] + expected.reversed())
                #expect(try await client.send(.del(keys + ["none"])) == 200)
                #expect(try await client.mget(keys).allSatisfy { $0 == nil })
            }
        }

        @Test func `commands that cannot be split name the keys' slots`() async throws {
            try await self.withCluster { _, client in
                try await client.set("{a}", "untouched")
                for command in [
                    RedisCommand("RENAME", ["{a}", "{b}"]), RedisCommand("SUNIONSTORE", ["{a}", "{b}", "{c}"]),
                    RedisCommand("MSETNX", ["{a}", "1", "{b}", "2"]),
                ] {
                    let error = await redisError { () throws(RedisError) in try await client.send(command) }
                    #expect(error?.code == .crossSlot && error?.mayHaveBeenApplied == false)
                    #expect(error?.message.contains(command.name) == true, "\(error?.description ?? "")")
                }
                let error = await redisError { () throws(RedisError) in
                    try await client.transaction(.set("{a}", "1"), .set("{b}", "2"))
                }
                #expect(error?.code == .crossSlot)
                #expect(try await client.get("{a}") == "untouched")
            }
        }

        @Test func `a pipeline over all nodes returns its replies in order`() async throws {
            try await self.withCluster { _, client in
                let numbers = Array(0..<300)
                let written = try await client.send(pipeline: numbers.map { .set("p:\($0)", .init($0)) })
                for result in written { _ = try result.get() }
                let read = try await client.send(pipeline: numbers.map { .get("p:\($0)", as: Int.self) })
                #expect(try read.map { try $0.get() } == numbers.map(Int?.some))
                // One key: the order of the commands is that of their effects.
                let counts = try await client.send(pipeline: numbers.map { _ in .incr("n") })
                #expect(try counts.map { try $0.get() } == numbers.map { $0 + 1 })
                let (first, wrong, last) = try await client.pipeline(.get("p:1"), .lpush("p:2", ["x"]), .get("p:3"))
                #expect(try first.get() == "1" && last.get() == "3")
                guard case .failure(let error) = wrong else { return #expect(Bool(false)) }
                #expect(error.serverErrorName == "WRONGTYPE")
            }
        }

        @Test func `transactions and scripts stay with their slot`() async throws {
            try await self.withCluster { _, client in
                for number in 0..<20 {
                    let key = "{t\(number)}"
                    let (count, text) = try await client.transaction(.incr(key + "n"), .get(key + "n"))
                    #expect(try count.get() == 1 && text.get() == "1")
                }
                // Each node learns the script when it first says NOSCRIPT.
                let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])", as: Int.self)
                for number in 0..<20 {
                    #expect(try await client.run(script, keys: ["s\(number)"], arguments: [2]) == 2)
                }
                let fresh = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1] * 2)", as: Int.self)
                let results = try await client.run(
                    fresh,
                    invocations: (0..<60).map { .init(keys: ["s\($0 % 20)"], arguments: [1]) }
                )
                #expect(try results.map { try $0.get() } == (0..<60).map { 4 + 2 * ($0 / 20) })
            }
        }

        @Test func `blocking commands, leases and subscriptions find their node`() async throws {
            try await self.withCluster { _, client in
                for number in 0..<6 {
                    let list = "list\(number)"
                    let popped = Task { try await client.send(.blpop([list], timeout: .seconds(10))) }
                    try await client.rpush(list, "x")
                    #expect(try await popped.value == .init(key: list, element: "x"))
                    let key = "watched\(number)"
                    try await client.withConnection(for: key) { connection in
                        try await connection.watch([key])
                        try await client.set(key, "other")
                        let error = await redisError { () throws(RedisError) in
                            try await connection.transaction(.set(key, "mine"), .get(key))
                        }
                        #expect(error?.code == .transactionConflict)
                    }
                    #expect(try await client.get(key) == "other")
                }
                let subscription = try await client.subscribe(to: ["news"], patterns: ["n*"])
                try await client.send(.publish("news", "hello"))
                let events = [try await subscription.next(), try await subscription.next()]
                let payload = Array("hello".utf8)
                #expect(events.contains(.message(channel: "news", pattern: nil, payload: payload)))
                #expect(events.contains(.message(channel: "news", pattern: "n*", payload: payload)))
            }
        }

        @Test func `a wrong password reaches every caller`() async throws {
            try await self.withCluster { cluster, _ in
                var configuration = cluster.configuration
                configuration.password = "wrong"
                try await withRedisClient(configuration) { client in
                    for _ in 0..<3 {
                        let error = await redisError { () throws(RedisError) in
                            try await client.get("key", deadline: .after(.seconds(10)))
                        }
                        #expect(error?.code == .handshakeRefused, "\(error?.description ?? "no error")")
                        #expect(error?.description.contains("WRONGPASS") == true)
                    }
                }
            }
        }
    }
}
