import Caching
import Logging
import MetricsTestKit
import Redis
import ServerRuntime
import Synchronization
import TestKit
import Testing

extension RedisServerSuites {
    /// Local caches of two processes, kept equal by messages over a real server.
    @Suite(.serialized, .timeLimit(.minutes(2))) struct LocalCacheBusTests {
        private static let channel = "DELETE_CACHE_USER"
        private static let groupChannel = "DELETE_CACHE_GROUP"
        private static let routes = [
            CacheInvalidationRoute(channel: channel, prefixes: ["USER_INFO:", "USER_GLOBAL_RECV_MSG_OPT_KEY:"]),
            CacheInvalidationRoute(channel: groupChannel, prefixes: ["GROUP_INFO:"]),
        ]

        /// What a process has: a cache for users, one for groups, and the bus between them and Redis.
        private struct Process {
            let redis: RedisClient
            let users: LocalCache<Int>
            let groups: LocalCache<Int>
            let bus: CacheInvalidationBus
            let metrics: TestMetrics

            /// Whether both caches keep what is loaded.
            func isKeeping() async throws -> Bool {
                _ = try await self.users.get("probe") { 1 }
                _ = try await self.groups.get("probe") { 1 }
                return self.users.value(forKey: "probe") != nil && self.groups.value(forKey: "probe") != nil
            }
        }

        /// Runs `body` with a process that reaches Redis at `port`; waits until it keeps values if so wanted.
        private func withProcess(
            _ configuration: RedisConfiguration,
            silenceMax: Duration = .seconds(5),
            waits: Bool = true,
            _ body: (Process) async throws -> Void
        ) async throws {
            var configuration = configuration
            configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(100))
            try await withRedisClient(configuration) { redis in
                let metrics = TestMetrics()
                let process = Process(
                    redis: redis,
                    users: try LocalCache(name: "user"),
                    groups: try LocalCache(name: "group"),
                    bus: CacheInvalidationBus(
                        redis: redis,
                        routes: Self.routes,
                        silenceMax: silenceMax,
                        logger: Logger(label: "bus-test"),
                        metrics: metrics
                    ),
                    metrics: metrics
                )
                process.bus.attach(process.users, to: Self.channel)
                process.bus.attach(process.groups, to: Self.groupChannel)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await process.bus.run() }
                    defer { group.cancelAll() }
                    if waits { #expect(try await eventually { try await process.isKeeping() }) }
                    try await body(process)
                }
            }
        }

        @Test func `two processes invalidate each other`() async throws {
            try await RedisServerProcess.with { server in
                try await self.withProcess(server.configuration) { one in
                    try await self.withProcess(server.configuration) { two in
                        for process in [one, two] {
                            process.users.set(1, forKey: "USER_INFO:a")
                            process.users.set(1, forKey: "USER_INFO:b")
                            process.groups.set(1, forKey: "USER_INFO:a")
                        }
                        _ = try await two.users.get("derived", linkedTo: ["USER_INFO:a"]) { 1 }
                        try await one.bus.publish(["USER_INFO:a", "UNKNOWN:a"])
                        #expect(one.users.value(forKey: "USER_INFO:a") == nil, "its own copy goes at once")
                        #expect(try await eventually { two.users.value(forKey: "USER_INFO:a") == nil })
                        #expect(two.users.value(forKey: "derived") == nil)
                        #expect(two.users.value(forKey: "USER_INFO:b") == 1)
                        #expect(two.groups.value(forKey: "USER_INFO:a") == 1, "another channel's cache")
                        try await two.bus.publish(["USER_INFO:b"])
                        #expect(try await eventually { one.users.value(forKey: "USER_INFO:b") == nil })
                    }
                }
            }
        }

        @Test func `many keys go in several messages and to the channels of their routes`() async throws {
            try await RedisServerProcess.with { server in
                try await self.withProcess(server.configuration) { one in
                    try await self.withProcess(server.configuration) { two in
                        let listener = try await one.redis.subscribe(to: [Self.channel])
                        let keys = (0..<1_200).map { "USER_INFO:\($0)" }
                        for key in keys { two.users.set(1, forKey: key) }
                        two.groups.set(1, forKey: "GROUP_INFO:1")
                        try await one.bus.publish(keys + ["GROUP_INFO:1"])
                        #expect(try await eventually { keys.allSatisfy { two.users.value(forKey: $0) == nil } })
                        #expect(try await eventually { two.groups.value(forKey: "GROUP_INFO:1") == nil })
                        var counts: [Int] = []
                        while counts.count < 3, case .message(_, _, let payload)? = try await listener.next() {
                            let count = payload.split(separator: UInt8(ascii: ",")).count
                            if payload.count > 2 { counts.append(count) }
                        }
                        #expect(counts == [500, 500, 200])

                        two.users.set(1, forKey: "token")
                        try await one.bus.publish(["token"], to: Self.channel)
                        #expect(try await eventually { two.users.value(forKey: "token") == nil })
                    }
                }
            }
        }

        @Test func `a payload that cannot be read empties the caches of its channel`() async throws {
            try await RedisServerProcess.with { server in
                try await self.withProcess(server.configuration) { process in
                    for payload in ["garbage", "", "{\"a\":1}", "[1]", "[\"a\"", "null"] {
                        process.users.set(1, forKey: "USER_INFO:a")
                        process.groups.set(1, forKey: "GROUP_INFO:a")
                        try await server.expect("PUBLISH", Self.channel, payload)
                        #expect(
                            try await eventually { process.users.value(forKey: "USER_INFO:a") == nil },
                            "\(payload)"
                        )
                        #expect(process.groups.value(forKey: "GROUP_INFO:a") == 1)
                    }
                    let garbage = try process.metrics.expectCounter("im_cache_invalidation_garbage_total", [])
                    #expect(garbage.totalValue == 6)
                    #expect(try await process.isKeeping(), "the bus goes on")
                }
            }
        }

        @Test func `what changed while the connection was cut is dropped after the reconnection`() async throws {
            try await RedisServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    var configuration = server.configuration
                    configuration.port = proxy.port
                    try await self.withProcess(server.configuration) { one in
                        // Silence is not what this is about.
                        try await self.withProcess(configuration, silenceMax: .seconds(60)) { two in
                            two.users.set(1, forKey: "USER_INFO:a")
                            proxy.apply(.refuse)
                            proxy.apply(.reset)
                            try await Task.sleep(for: .milliseconds(100))
                            try await one.bus.publish(["USER_INFO:a"])
                            proxy.heal()
                            #expect(try await eventually { two.users.value(forKey: "USER_INFO:a") == nil })
                            two.users.set(2, forKey: "USER_INFO:a")
                            #expect(try await eventually { try await two.isKeeping() })
                            try await one.bus.publish(["USER_INFO:a"])
                            #expect(try await eventually { two.users.value(forKey: "USER_INFO:a") == nil })
                        }
                    }
                }
            }
        }

        @Test func `a connection that is dead without a word is found by its silence`() async throws {
            try await RedisServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    var configuration = server.configuration
                    configuration.port = proxy.port
                    configuration.stallTimeout = .milliseconds(300)
                    configuration.commandTimeout = .milliseconds(300)
                    try await self.withProcess(configuration, silenceMax: .milliseconds(400)) { process in
                        // It stays awake by itself.
                        process.users.set(1, forKey: "USER_INFO:a")
                        try await Task.sleep(for: .seconds(1))
                        #expect(process.users.value(forKey: "USER_INFO:a") == 1)

                        proxy.apply(.stall(.replies))
                        let start = ContinuousClock.now
                        #expect(try await eventually { process.users.value(forKey: "USER_INFO:a") == nil })
                        #expect(ContinuousClock.now - start < .seconds(3))
                        #expect(try await !process.isKeeping(), "every call loads")
                        proxy.heal()
                        #expect(try await eventually { try await process.isKeeping() })
                    }
                }
            }
        }

        @Test func `caches stay empty while the server refuses the subscription`() async throws {
            var options = RedisServerProcess.Options()
            options.users = ["limited on nopass ~* +@all resetchannels"]
            try await RedisServerProcess.with(options) { server in
                var configuration = server.configuration
                configuration.username = "limited"
                try await self.withProcess(configuration, waits: false) { process in
                    try await Task.sleep(for: .milliseconds(300))
                    #expect(try await !process.isKeeping())
                    #expect(try await process.users.get("key") { 7 } == 7)
                    try await server.expect("ACL", "SETUSER", "limited", "&*")
                    #expect(try await eventually { try await process.isKeeping() })
                }
            }
        }

        @Test func `without a server nothing is kept, and publishing drops own copies and fails`() async throws {
            let port = try TestPorts.take()
            defer { TestPorts.release(port) }
            var configuration = RedisConfiguration(host: "127.0.0.1", port: port)
            configuration.commandTimeout = .milliseconds(200)
            let cache = try LocalCache<Int>(name: "local")
            try await self.withProcess(configuration, waits: false) { process in
                let isKeeping = try await process.isKeeping()
                #expect(!isKeeping)
                process.bus.attach(cache, to: "other")
                let failure = await redisError { () throws(RedisError) in
                    try await process.bus.publish(["USER_INFO:a"])
                }
                #expect(failure != nil)
                let error = await #expect(throws: RedisError.self) { try await process.bus.run() }
                #expect(error?.code == .alreadyRunning)
            }
        }

        @Test func `a bus that has ended leaves nothing in its caches`() async throws {
            try await RedisServerProcess.with { server in
                let kept = Mutex<LocalCache<Int>?>(nil)
                try await self.withProcess(server.configuration) { process in
                    process.users.set(1, forKey: "USER_INFO:a")
                    kept.withLock { $0 = process.users }
                }
                let users = try #require(kept.withLock { $0 })
                #expect(users.count == 0)
                users.set(1, forKey: "USER_INFO:a")
                #expect(users.count == 0)
            }
        }
    }
}
