import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Entries in all slots of a cluster.
    @Suite(.serialized) struct RocksCacheClusterTests {
        private static let ids = Array(0..<600)
        private static let keys = (0..<8).map { "k\($0)" }

        private func batch(_ process: RocksCacheProcess, _ offset: Int) async throws -> [Int: Int] {
            let values: [Int: TestNumber] = try await process.cache.fetchBatch(
                Self.ids,
                key: { "b\($0)" },
                expire: .test,
                load: { ids in Dictionary(uniqueKeysWithValues: ids.map { ($0, TestNumber($0 + offset)) }) }
            )
            return values.mapValues(\.number)
        }

        private func expected(_ offset: Int) -> [Int: Int] {
            Dictionary(uniqueKeysWithValues: Self.ids.map { ($0, $0 + offset) })
        }

        @Test func `batches over all slots, wake-ups and locks on a cluster, and moving slots`() async throws {
            let seed = Seed.fresh()
            try await RedisClusterFixture.with { cluster in
                try await RocksCacheProcess.with(2, cluster.configuration) { processes in
                    #expect(try await self.batch(processes[0], 1_000) == self.expected(1_000))
                    #expect(try await self.batch(processes[1], 0) == self.expected(1_000))
                    try await processes[1].cache.tagAsDeletedBatch(Self.ids.map { "b\($0)" })
                    for node in cluster.masters { try await node.server.expect("SCRIPT", "FLUSH") }
                    #expect(try await self.batch(processes[0], 2_000) == self.expected(2_000))
                    try await self.checkWaking(processes)
                    let load = StrongLoad(VersionedDatabase(seed))
                    try await withLoad(40) { task in
                        await load.step(task, Self.keys, processes)
                    } while: {
                        for key in Self.keys.prefix(5) {
                            let slot = RedisClient.hashSlot(of: key)
                            let owner = try await cluster.owner(of: slot)
                            guard let target = cluster.masters.first(where: { $0.id != owner.id }) else { continue }
                            try await cluster.migrate(slot: slot, to: target)
                        }
                    }
                    #expect(load.history.violations == [], "\(seed): \(load.summary)")
                    #expect(load.history.reads > 300, "\(seed): \(load.summary)")
                    for key in Self.keys {
                        let version = await load.database.version(key)
                        #expect(try await processes[0].fetch(key, version) == version, "\(seed)")
                    }
                    for node in cluster.masters {
                        let statistics = try await node.server.expect("INFO", "commandstats").text ?? ""
                        #expect(!statistics.contains("keyslot"))
                    }
                }
            }
        }

        /// A waiter hears of a store whatever node it happens on.
        private func checkWaking(_ processes: [RocksCacheProcess]) async throws {
            for key in ["w1", "w2", "w3", "w4"] {
                let gate = Gate()
                async let first: TestNumber = processes[0].cache.fetch(key, expire: .test) {
                    try await gate.pass()
                    return TestNumber(1)
                }
                try await gate.waitForArrivals()
                let waiting = Task { try await processes[1].fetch(key, 2) }
                try await Task.sleep(for: .milliseconds(100))
                gate.open()
                let start = ContinuousClock.now
                #expect(try await first.number == 1)
                #expect(try await waiting.value == 1)
                #expect(start.duration(to: .now) < .milliseconds(500))
            }
        }

        @Test func `a tag-delete without replicas fails after each key of each slot was done`() async throws {
            let options = RocksCacheOptions.test.with { options in
                options.waitReplicas = 1
                options.waitReplicasTimeout = .milliseconds(500)
            }
            try await RedisClusterFixture.with { cluster in
                try await RocksCacheProcess.with(1, cluster.configuration, options) { processes in
                    let keys = (0..<12).map { "t\($0)" }
                    let start = ContinuousClock.now
                    let error = await #expect(throws: RocksCacheError.self) {
                        try await processes[0].cache.tagAsDeletedBatch(keys)
                    }
                    #expect(error?.code == .replicasMissing)
                    #expect(start.duration(to: .now) < .seconds(2))
                    for key in keys {
                        let lockUntil = try await processes[0].redis.send(
                            RedisCommand("HGET", [.string(key), "lockUntil"], as: String?.self)
                        )
                        #expect(lockUntil == "0", "\(key)")
                    }
                }
            }
        }

        @Test func `replicas of each master confirm, and an order to fail over loses nothing`() async throws {
            var fixture = RedisClusterFixture.Options()
            fixture.replicasOfEach = 1
            let options = RocksCacheOptions.test.with { $0.waitReplicas = 1 }
            let seed = Seed.fresh()
            try await RedisClusterFixture.with(fixture) { cluster in
                try await RocksCacheProcess.with(2, cluster.configuration, options) { processes in
                    let keys = (0..<100).map { "t\($0)" }
                    try await processes[0].cache.tagAsDeletedBatch(keys, deadline: .after(.seconds(10)))
                    let load = StrongLoad(VersionedDatabase(seed))
                    try await withLoad(24) { task in
                        await load.step(task, Self.keys, processes)
                    } while: {
                        try await cluster.failover(to: cluster.replicas[0])
                        let reads = load.history.reads
                        let goesOn = try await eventually { load.history.reads > reads + 100 }
                        #expect(goesOn, "\(load.summary)")
                    }
                    #expect(load.history.violations == [], "\(seed): \(load.summary)")
                }
            }
        }
    }
}
