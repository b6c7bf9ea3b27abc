import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Tag-deletes that replicas must confirm, and what a failover loses.
    @Suite(.serialized) struct RocksCacheReplicaTests {
        private static let keys = (0..<6).map { "k\($0)" }

        private static let confirmed = RocksCacheOptions.test.with { options in
            options.waitReplicas = 1
            options.waitReplicasTimeout = .milliseconds(400)
        }

        private func waitUntilConfirmed(_ cache: RocksCache) async throws {
            let isConfirmed = try await eventually {
                do {
                    try await cache.tagAsDeleted("confirmed")
                    return true
                } catch {
                    return false
                }
            }
            #expect(isConfirmed)
        }

        /// The commands of `MONITOR`, each with the address of its client, while `body` runs.
        private func monitor(
            _ server: RedisServerProcess,
            _ body: () async throws -> Void
        ) async throws -> [(client: Substring, command: Substring)] {
            let folder = try TemporaryFolder("monitor")
            defer { folder.remove() }
            let process = try GuardedProcess(
                "redis-cli",
                ["-p", "\(server.port)", "MONITOR"],
                outputPath: "\(folder.path)/output"
            )
            defer { process.kill() }
            let isOn = try await eventually { process.output.contains("OK") }
            #expect(isOn)
            try await body()
            try await server.expect("ECHO", "the end")
            let isComplete = try await eventually { process.output.contains("the end") }
            #expect(isComplete)
            return process.output.split(separator: "\n").compactMap { line in
                // 1795284060.123456 [0 127.0.0.1:40000] "WAIT" "1" "400"
                let words = line.split(separator: " ", maxSplits: 3)
                guard words.count == 4 else { return nil }
                return (words[2].dropLast(), words[3])
            }
        }

        @Test func `a replica that follows confirms, over the connection of the tag-delete`() async throws {
            try await RedisServerProcess.with { master in
                var options = RedisServerProcess.Options()
                options.replicaOf = master.port
                try await RedisServerProcess.with(options) { replica in
                    let isUp = try await eventually { try await replica.info("master_link_status") == "up" }
                    #expect(isUp)
                    try await RocksCacheProcess.with(1, master.configuration, Self.confirmed) { processes in
                        let cache = processes[0].cache
                        // Just after its start a replica does not answer yet.
                        try await self.waitUntilConfirmed(cache)
                        #expect(try await processes[0].fetch("k0", 1) == 1)
                        let commands = try await self.monitor(master) { try await cache.tagAsDeletedBatch(Self.keys) }
                        let waits = commands.filter { $0.command.hasPrefix("\"WAIT\"") }
                        #expect(waits.count == 1 && waits[0].command == "\"WAIT\" \"1\" \"400\"")
                        let client = waits.first?.client
                        let others = commands.filter { $0.command.hasPrefix("\"EVAL") && $0.client != client }
                        let own = commands.filter { $0.command.hasPrefix("\"EVAL") && $0.client == client }
                        #expect(others.isEmpty && own.count >= Self.keys.count)
                        for key in Self.keys {
                            #expect(try await replica.send(["HGET", key, "lockUntil"]) == .bulk("0"))
                        }
                        replica.stall()
                        let error = await #expect(throws: RocksCacheError.self) { try await cache.tagAsDeleted("late") }
                        #expect(error?.code == .replicasMissing)
                        #expect(try await StoredHash("late", processes[0].redis).lockUntil == "0")
                        replica.resume()
                        try await self.waitUntilConfirmed(cache)
                    }
                }
            }
        }

        @Test func `behind sentinels batches need no command of clusters`() async throws {
            try await RedisSentinelFixture.with { group in
                try await RocksCacheProcess.with(2, group.configuration, Self.confirmed) { processes in
                    try await self.waitUntilConfirmed(processes[0].cache)
                    let ids = Array(0..<700)
                    for options in [0, 1] {
                        let process = processes[options]
                        let values = try await process.cache.fetchBatch(ids, key: { "b\($0)" }, expire: .test) { ids in
                            Dictionary(uniqueKeysWithValues: ids.map { ($0, TestNumber($0)) })
                        }
                        #expect(values.count == 700)
                        try await process.cache.tagAsDeletedBatch(ids.map { "b\($0)" })
                    }
                    #expect(try await processes[1].fetch("b3", 1) == 1)
                    for server in group.servers {
                        let statistics = try await server.expect("INFO", "commandstats").text ?? ""
                        #expect(statistics.contains("cmdstat_hello") || statistics.contains("cmdstat_ping"))
                        #expect(!statistics.contains("cluster"))
                    }
                    // Everything went to the master.
                    let replica = try await group.servers[1].expect("INFO", "commandstats").text ?? ""
                    #expect(!replica.contains("cmdstat_hgetall"))
                }
            }
        }

        @Test func `what a failover loses is repaired by a second tag-delete`() async throws {
            let seed = Seed.fresh()
            try await RedisSentinelFixture.with { group in
                try await RocksCacheProcess.with(3, group.configuration) { processes in
                    let load = StrongLoad(VersionedDatabase(seed))
                    try await withLoad(48) { task in
                        await load.step(task, Self.keys, processes)
                    } while: {
                        try await Task.sleep(for: .milliseconds(500))
                        #expect(load.history.violations == [], "\(seed)")
                        load.history.suspend()
                        _ = try await group.killMaster(within: .seconds(40))
                        load.history.resume()
                        let isRepaired = try await eventually {
                            do {
                                try await load.tagAgain(Self.keys, processes[0])
                                return true
                            } catch {
                                return false
                            }
                        }
                        #expect(isRepaired)
                        let reads = load.history.reads
                        let goesOn = try await eventually { load.history.reads > reads + 300 }
                        #expect(goesOn, "\(load.summary)")
                    }
                    #expect(load.history.violations == [], "\(seed): \(load.summary)")
                    #expect(try await load.differences(Self.keys, processes) == [], "\(seed)")
                }
            }
        }

        @Test func `a failover loses no tag-delete that a replica has confirmed`() async throws {
            let seed = Seed.fresh()
            try await RedisSentinelFixture.with { group in
                try await RocksCacheProcess.with(3, group.configuration, Self.confirmed) { processes in
                    let load = StrongLoad(VersionedDatabase(seed))
                    try await withLoad(32) { task in
                        await load.step(task, Self.keys, processes)
                    } while: {
                        try await Task.sleep(for: .milliseconds(400))
                        let old = try await group.master()
                        _ = try await group.killMaster(within: .seconds(40))
                        // As a replica of the new master, without which nothing is confirmed.
                        try old.start()
                        try await old.waitUntilReady()
                        try await group.waitUntilHealthy()
                        let reads = load.history.reads
                        let goesOn = try await eventually { load.history.reads > reads + 200 }
                        #expect(goesOn, "\(load.summary)")
                    }
                    #expect(load.history.violations == [], "\(seed): \(load.summary)")
                }
            }
        }
    }
}
