import Foundation
import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Everything at once, at random: five seconds, or ten minutes with `LONG_TESTS=1`.
    @Suite(.serialized) struct RocksCacheSoakTests {
        private static let duration: Duration =
            ProcessInfo.processInfo.environment["LONG_TESTS"] == "1" ? .seconds(600) : .seconds(5)
        private static let keys = (0..<10).map { "k\($0)" }

        /// Corruption is missing: a flipped bit may make another, valid value.
        private static let faults: [FaultProxy.Fault] = [
            .stall(.requests), .stall(.replies), .stall(.both), .delay(.milliseconds(20)), .delay(.milliseconds(200)),
            .chop(bytes: 3), .halfClose(.requests), .halfClose(.replies), .reset, .refuse,
            .cut(afterBytes: 300, of: .replies), .cut(afterBytes: 900, of: .requests),
        ]

        private func configuration(_ port: Int) -> RedisConfiguration {
            var configuration = RedisConfiguration(port: port)
            configuration.connectTimeout = .milliseconds(300)
            configuration.stallTimeout = .milliseconds(500)
            configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(100))
            return configuration
        }

        @Test(.timeLimit(.minutes(15))) func `random faults never let a strong reader go back`() async throws {
            let seed = Seed.fresh()
            let options = RocksCacheOptions.test.with { options in
                options.storeTimeout = .milliseconds(300)
                options.emptyExpire = .seconds(1)
            }
            try await RedisServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    try await RocksCacheProcess.with(2, server.configuration, options) { healthy in
                        try await RocksCacheProcess.with(2, self.configuration(proxy.port), options) { troubled in
                            let processes = [healthy[0], troubled[0], healthy[1], troubled[1]]
                            let load = StrongLoad(VersionedDatabase(seed))
                            try await withLoad(80) { task in
                                await self.step(task, processes, load)
                            } while: {
                                try await self.misbehave(seed, server, proxy)
                            }
                            #expect(load.history.violations == [], "\(seed): \(load.summary)")
                            #expect(load.history.reads > 500, "\(seed): \(load.summary)")
                            try await self.checkQuiescence(load, processes, "\(seed)")
                        }
                    }
                }
            }
        }

        /// Everything is at rest: what is fresh is what the database says, everything has an end, and each fetch works.
        private func checkQuiescence(
            _ load: StrongLoad,
            _ processes: [RocksCacheProcess],
            _ seed: String
        ) async throws {
            for process in processes { try await process.redis.ping(deadline: .after(.seconds(10))) }
            let isAtRest = try await eventually { try await load.differences(Self.keys, processes) == [] }
            let differences = try await load.differences(Self.keys, processes)
            #expect(isAtRest, "\(seed): \(differences)")
            for (index, key) in Self.keys.enumerated() {
                let version = await load.database.version(key)
                let value = try await processes[index % processes.count].fetch(key, version, within: .seconds(5))
                #expect(value == version, "\(seed): \(key)")
            }
        }

        private func misbehave(_ seed: Seed, _ server: RedisServerProcess, _ proxy: FaultProxy) async throws {
            var random = seed.generator()
            let end = ContinuousClock.now.advanced(by: Self.duration)
            while ContinuousClock.now < end {
                for fault in Self.faults.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)) {
                    proxy.apply(fault)
                }
                switch Int.random(in: 0..<8, using: &random) {
                case 0:
                    server.kill()
                    try server.start()
                    try await server.waitUntilReady()
                case 1: try await server.expect("FLUSHALL")
                case 2: try await server.expect("SCRIPT", "FLUSH")
                case 3:
                    server.stall()
                    try await Task.sleep(for: .milliseconds(Int.random(in: 50...600, using: &random)))
                    server.resume()
                default: break
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...400, using: &random)))
                proxy.heal()
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...200, using: &random)))
            }
            server.resume()
            try await server.waitUntilReady()
        }

        /// What a task does again and again.
        private func step(_ task: Int, _ processes: [RocksCacheProcess], _ load: StrongLoad) async {
            let process = processes[task % processes.count]
            let key = Self.keys[task / processes.count % Self.keys.count]
            switch task % 9 {
            case 0:
                do {
                    try await load.update(key, process, owner: "u\(task)")
                } catch {
                    load.note(error)
                    try? await Task.sleep(for: .milliseconds(5))
                }
            case 1:
                // Cancelled at any moment.
                let call = Task { await load.step(3, [key], [process]) }
                try? await Task.sleep(for: .milliseconds(task % 12))
                call.cancel()
                await call.value
            default:
                await load.step(task, Self.keys, processes)
            }
        }
    }
}
