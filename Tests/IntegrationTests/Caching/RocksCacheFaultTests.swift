import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Servers that forget, die, stall, and connections that break.
    @Suite(.serialized) struct RocksCacheFaultTests {
        private static let keys = (0..<6).map { "k\($0)" }

        private func configuration(_ port: Int) -> RedisConfiguration {
            var configuration = RedisConfiguration(port: port)
            configuration.connectTimeout = .milliseconds(500)
            configuration.stallTimeout = .milliseconds(700)
            configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(100))
            return configuration
        }

        /// A load of readers and writers on three processes while `misbehave` goes on.
        private func check(
            _ server: RedisServerProcess,
            port: Int? = nil,
            _ options: RocksCacheOptions = .test,
            seed: Seed,
            while misbehave: (inout SeededGenerator) async throws -> Void
        ) async throws {
            let configuration = self.configuration(port ?? server.port)
            try await RocksCacheProcess.with(3, configuration, options) { processes in
                let load = StrongLoad(VersionedDatabase(seed))
                var random = seed.generator()
                try await withLoad(48) { task in
                    await load.step(task, Self.keys, processes)
                } while: {
                    try await misbehave(&random)
                }
                #expect(load.history.violations == [], "\(seed): \(load.summary)")
                #expect(load.history.reads > 200, "\(seed): \(load.summary)")
                #expect(Set(load.failures.value.keys).isSubset(of: ["store", "deadlineExceeded"]), "\(load.summary)")
                #expect(try await load.differences(Self.keys, processes) == [], "\(seed)")
                for key in Self.keys {
                    let version = await load.database.version(key)
                    #expect(try await processes[0].fetch(key, version) == version, "\(seed)")
                }
            }
        }

        @Test func `FLUSHALL and SCRIPT FLUSH at any moment`() async throws {
            let seed = Seed.fresh()
            try await RedisServerProcess.with { server in
                try await self.check(server, seed: seed) { random in
                    for _ in 0..<40 {
                        try await server.send(Bool.random(using: &random) ? ["FLUSHALL"] : ["SCRIPT", "FLUSH"])
                        try await Task.sleep(for: .milliseconds(Int.random(in: 1...100, using: &random)))
                    }
                }
            }
        }

        @Test(arguments: [false, true]) func `a server that is killed and started again`(
            isPersistent: Bool
        ) async throws {
            let seed = Seed.fresh()
            var options = RedisServerProcess.Options()
            options.isPersistent = isPersistent
            try await RedisServerProcess.with(options) { server in
                try await self.check(server, seed: seed) { random in
                    for _ in 0..<5 {
                        try await Task.sleep(for: .milliseconds(Int.random(in: 100...400, using: &random)))
                        server.kill()
                        try server.start()
                        try await server.waitUntilReady()
                    }
                    try await Task.sleep(for: .milliseconds(300))
                }
            }
        }

        @Test(arguments: [RocksCacheOptions.StoreFailure.fail, .load])
        func `a server that stalls for two seconds`(storeFailure: RocksCacheOptions.StoreFailure) async throws {
            let options = RocksCacheOptions.test.with { options in
                options.storeFailure = storeFailure
                options.storeTimeout = .milliseconds(300)
            }
            try await RedisServerProcess.with { server in
                try await RocksCacheProcess.with(1, server.configuration, options) { processes in
                    let process = processes[0]
                    // The server knows all scripts: one that it does not know would come to nothing.
                    try await process.cache.tagAsDeleted("warm")
                    #expect(try await process.fetch("warm", 1) == 1)
                    server.stall()
                    for key in ["warm", "cold"] {
                        let start = ContinuousClock.now
                        let outcome = await self.outcome { try await process.fetch(key, 2) }
                        #expect(outcome == (storeFailure == .load ? "2" : "store"))
                        #expect(start.duration(to: .now) < .milliseconds(900))
                    }
                    let outcome = await self.outcome {
                        try await process.cache.tagAsDeleted("warm")
                        return 0
                    }
                    #expect(outcome == "store")
                    server.resume()
                    // The tag-delete came late, but it came.
                    let isRenewed = try await eventually {
                        await self.outcome { try await process.fetch("warm", 3) } == "3"
                    }
                    #expect(isRenewed)
                }
                let seed = Seed.fresh()
                try await self.check(server, options, seed: seed) { _ in
                    try await Task.sleep(for: .milliseconds(200))
                    server.stall()
                    try await Task.sleep(for: .seconds(2))
                    server.resume()
                    try await Task.sleep(for: .milliseconds(800))
                }
            }
        }

        /// The value or the error's kind.
        private func outcome(_ body: () async throws -> Int) async -> String {
            do {
                return "\(try await body())"
            } catch {
                return (error as? RocksCacheError)?.code.description ?? "\(error)"
            }
        }

        @Test(arguments: [0, 1, 9, 40]) func `a connection cut mid-reply fails the call, or is loaded past`(
            bytes: Int
        ) async throws {
            try await RedisServerProcess.with { server in
                for storeFailure in [RocksCacheOptions.StoreFailure.fail, .load] {
                    let options = RocksCacheOptions.test.with { $0.storeFailure = storeFailure }
                    try await FaultProxy.with(to: server.port) { proxy in
                        try await RocksCacheProcess.with(1, self.configuration(proxy.port), options) { processes in
                            let process = processes[0]
                            let bytesOfValue = TestBytes([UInt8](repeating: 65, count: 500))
                            try await process.cache.put("k", bytesOfValue, expire: .test)
                            proxy.cut(afterReplyBytes: bytes)
                            let isLoaded = Shared(false)
                            do {
                                _ = try await process.cache.fetch("k", expire: .test) { () -> TestBytes in
                                    isLoaded.change { $0 = true }
                                    return TestBytes([66])
                                }
                                #expect(storeFailure == .load)
                            } catch {
                                #expect((error as? RocksCacheError)?.code == .store)
                                #expect(storeFailure == .fail)
                            }
                            #expect(isLoaded.value == (storeFailure == .load))
                            let isBack = try await eventually { process.redis.isConnected }
                            #expect(isBack)
                            let again: TestBytes = try await process.cache.fetch("k", expire: .test) { TestBytes([67]) }
                            #expect(again == bytesOfValue)
                        }
                    }
                }
            }
        }

        @Test func `connections that are cut again and again`() async throws {
            let seed = Seed.fresh()
            try await RedisServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    try await self.check(server, port: proxy.port, seed: seed) { random in
                        for _ in 0..<30 {
                            let count = Int.random(in: 0...3_000, using: &random)
                            if Bool.random(using: &random) {
                                proxy.cut(afterReplyBytes: count)
                            } else {
                                proxy.cut(afterRequestBytes: count)
                            }
                            try await Task.sleep(for: .milliseconds(Int.random(in: 10...120, using: &random)))
                        }
                        proxy.heal()
                        try await Task.sleep(for: .milliseconds(300))
                    }
                }
            }
        }

        @Test func `without a connection a fetch that may load does so at once, within its deadline`() async throws {
            let options = RocksCacheOptions.test.with { $0.storeFailure = .load }
            try await RedisServerProcess.with { server in
                try await RocksCacheProcess.with(1, server.configuration, options) { processes in
                    let process = processes[0]
                    server.kill()
                    let isLost = try await eventually { !process.redis.isConnected }
                    #expect(isLost)
                    let start = ContinuousClock.now
                    #expect(try await process.fetch("k", 5) == 5)
                    let values = try await process.cache.fetchBatch(["a", "b"], expire: .test) { keys in
                        Dictionary(uniqueKeysWithValues: keys.map { ($0, TestNumber(6)) })
                    }
                    #expect(values.mapValues(\.number) == ["a": 6, "b": 6])
                    #expect(start.duration(to: .now) < .milliseconds(200))
                    let slow = ContinuousClock.now
                    let error = await #expect(throws: RocksCacheError.self) {
                        try await process.cache.fetch("k", expire: .test, deadline: .after(.milliseconds(200))) {
                            try await Task.sleep(for: .seconds(3))
                            return TestNumber(1)
                        } as TestNumber
                    }
                    #expect(error?.code == .deadlineExceeded)
                    #expect(slow.duration(to: .now) < .milliseconds(1_200))
                }
            }
        }
    }
}
