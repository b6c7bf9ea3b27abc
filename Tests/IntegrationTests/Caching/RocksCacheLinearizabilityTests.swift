import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Strong reads never go back behind a tag-delete that ended before they began.
    @Suite(.serialized) struct RocksCacheLinearizabilityTests {
        private static let keys = (0..<6).map { "k\($0)" }

        /// What one task does again and again.
        private func step(_ task: Int, _ processes: [RocksCacheProcess], _ load: StrongLoad) async throws {
            let process = processes[task % processes.count]
            let key = Self.keys[task % Self.keys.count]
            switch task % 8 {
            case 0: try await load.write(key, process, pause: .milliseconds(2))
            case 1 where task < 20: try await load.update(key, process, owner: "u\(task)")
            case 2, 3: try await load.readBatch(Self.keys, process)
            default: try await load.read(key, process)
            }
        }

        @Test func `random readers, batches, writers and updates of three processes`() async throws {
            let seed = Seed.fresh()
            try await RocksCacheProcess.withServer(3) { processes in
                let load = StrongLoad(VersionedDatabase(seed))
                try await withLoad(72) { task in
                    do {
                        try await self.step(task, processes, load)
                    } catch {
                        Issue.record("\(seed): \(error)")
                    }
                } while: {
                    try await Task.sleep(for: .seconds(3))
                }
                #expect(load.history.violations == [], "\(seed)")
                #expect(load.history.reads > 2_000, "\(seed): \(load.history.reads) reads")
                #expect(try await load.differences(Self.keys, processes) == [], "\(seed)")
            }
        }

        @Test func `callers who join a load that a tag-delete overtakes`() async throws {
            let seed = Seed.fresh()
            try await RocksCacheProcess.withServer(2) { processes in
                // Slow loads of few keys: nearly every caller joins one.
                let load = StrongLoad(VersionedDatabase(seed, pauseMax: 20_000))
                try await withLoad(100) { task in
                    let key = Self.keys[task % 2]
                    do {
                        if task < 2 {
                            try await load.write(key, processes[task], pause: .milliseconds(7))
                        } else {
                            try await load.read(key, processes[task % 2])
                        }
                    } catch {
                        Issue.record("\(seed): \(error)")
                    }
                } while: {
                    try await Task.sleep(for: .seconds(3))
                }
                #expect(load.history.violations == [], "\(seed)")
                #expect(load.history.reads > 500, "\(seed): \(load.history.reads) reads")
            }
        }

        @Test func `the check finds a cache that keeps old values`() async throws {
            let scripts = try ScriptMutation.ownerInStore.scripts()
            try await RocksCacheProcess.withServer(2, scripts: scripts) { processes in
                let load = StrongLoad(VersionedDatabase(pauseMax: 20_000))
                try await withLoad(20) { task in
                    do {
                        if task < 2 {
                            try await load.write(Self.keys[task], processes[task], pause: .milliseconds(7))
                        } else {
                            try await load.read(Self.keys[task % 2], processes[task % 2])
                        }
                    } catch {
                        Issue.record("\(error)")
                    }
                } while: {
                    let isFound = try await eventually { !load.history.violations.isEmpty }
                    #expect(isFound)
                }
            }
        }

        @Test func `updates whose lease ends before they commit`() async throws {
            let seed = Seed.fresh()
            try await RocksCacheProcess.withServer(3) { processes in
                let load = StrongLoad(VersionedDatabase(seed))
                try await withLoad(24) { task in
                    let process = processes[task % 3]
                    let key = Self.keys[task % 2]
                    do {
                        if task < 4 {
                            try await load.lateUpdate(key, process, owner: "late\(task)")
                        } else {
                            try await load.read(key, process)
                            try await Task.sleep(for: .milliseconds(1))
                        }
                    } catch {
                        Issue.record("\(seed): \(error)")
                    }
                } while: {
                    try await Task.sleep(for: .seconds(4))
                }
                #expect(load.history.violations == [], "\(seed)")
                #expect(load.lostLocks > 0)
                #expect(try await load.differences(Self.keys, processes) == [], "\(seed)")
            }
        }
    }
}
