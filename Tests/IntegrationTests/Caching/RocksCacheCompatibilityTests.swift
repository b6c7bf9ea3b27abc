import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Processes with rockscache 0.1 and ours on the same entries.
    @Suite(.serialized) struct RocksCacheCompatibilityTests {
        @Test func `an entry that rockscache stored is a hit, also an empty one`() async throws {
            try await RocksCacheProcess.withServer { process in
                try await process.redis.setHash("k", ["value": "41"], seconds: 50)
                #expect(try await process.cached("k") == 41)
                try await process.redis.setHash("none", ["value": ""], seconds: 50)
                let value = try await process.cache.fetch("none", expire: .test) { () -> TestNumber? in TestNumber(1) }
                #expect(value == nil)
            }
        }

        @Test func `an entry that rockscache tag-deleted is loaded, and one whose first load died gets an end`()
            async throws
        {
            try await RocksCacheProcess.withServer { process in
                let original = OriginalEntryStore(redis: process.redis)
                try await process.redis.setHash("deleted", ["value": "1"], seconds: 50)
                try await original.delete("deleted")
                #expect(try await process.fetch("deleted", 2) == 2)

                #expect(try await original.get("dead", owner: "gone") == .locked(nil))
                #expect(try await StoredHash("dead", process.redis).timeToLive == -1, "as upstream leaves it")
                let start = ContinuousClock.now
                #expect(try await process.fetch("dead", 3) == 3)
                #expect(start.duration(to: .now) < .milliseconds(2_500))
                #expect(try await StoredHash("dead", process.redis).isTidy)
            }
        }

        @Test func `who only waits for a load of rockscache gives its entry an end`() async throws {
            try await RocksCacheProcess.withServer { process in
                let original = OriginalEntryStore(redis: process.redis)
                _ = try await original.get("k", owner: "gone")
                let results = try await process.store.acquire(
                    ["k"],
                    owner: "B",
                    wakesWaiter: true,
                    deadline: .after(.seconds(5))
                )
                #expect(try results[0].get() == .held(nil))
                #expect(try await StoredHash("k", process.redis).ends(in: 2))
            }
        }

        @Test func `each reads what the other loads and respects its locks`() async throws {
            try await RocksCacheProcess.withServer { process in
                let original = OriginalEntryStore(redis: process.redis)
                // Theirs loads, ours waits.
                #expect(try await original.get("k", owner: "theirs") == .locked(nil))
                async let waiting = process.cache.fetch("k", expire: .test) { TestNumber(0) }
                try await Task.sleep(for: .milliseconds(100))
                try await original.set("k", "5", owner: "theirs", seconds: 100)
                #expect(try await waiting.number == 5)
                // Ours loads, theirs waits and cannot store.
                try await process.cache.tagAsDeleted("k")
                let isLoading = Shared(false)
                async let loading = process.cache.fetch("k", expire: .test) { () -> TestNumber in
                    isLoading.change { $0 = true }
                    try await Task.sleep(for: .milliseconds(200))
                    return TestNumber(6)
                }
                let isBegun = try await eventually { isLoading.value }
                #expect(isBegun)
                guard case .entry("5", lockUntil: _?) = try await original.get("k", owner: "theirs") else {
                    Issue.record("the lock was not respected")
                    return
                }
                try await original.set("k", "7", owner: "theirs", seconds: 100)
                #expect(try await loading.number == 6)
                #expect(try await original.get("k", owner: "theirs") == .entry("6", lockUntil: nil))
            }
        }

        @Test func `a tag-delete of either takes a load of the other`() async throws {
            try await RocksCacheProcess.withServer { process in
                let original = OriginalEntryStore(redis: process.redis)
                let value = try await process.cache.fetch("k", expire: .test) { () -> TestNumber in
                    try await original.delete("k")
                    return TestNumber(1)
                }
                #expect(value.number == 1)
                #expect(try await StoredHash("k", process.redis).fields == ["lockUntil": "0"])
                #expect(try await original.get("k", owner: "theirs") == .locked(nil))
                try await process.cache.tagAsDeleted("k")
                try await original.set("k", "2", owner: "theirs", seconds: 100)
                #expect(try await StoredHash("k", process.redis).fields == ["lockUntil": "0"])
            }
        }

        @Test func `an update lock of either keeps out the other`() async throws {
            try await RocksCacheProcess.withServer { process in
                let original = OriginalEntryStore(redis: process.redis)
                #expect(try await original.lock("k", owner: "theirs") == nil)
                let error = await #expect(throws: RocksCacheError.self) {
                    try await process.cache.lockForUpdate("k", owner: "ours")
                }
                #expect(error?.code == .lockedForUpdate && error?.message.contains("theirs") == true)
                try await original.unlock("k", owner: "theirs")
                try await process.cache.lockForUpdate("k", owner: "ours", lease: .seconds(5))
                // Upstream takes any lock that ends before its own, which never does: only an owner check is left to us.
                #expect(try await original.lock("k", owner: "theirs") == nil)
                let lost = await #expect(throws: RocksCacheError.self) {
                    try await process.cache.extendUpdateLock("k", owner: "ours")
                }
                #expect(lost?.code == .lockLost)
            }
        }

        @Test func `mixed processes keep strong reads linearizable`() async throws {
            try await RocksCacheProcess.withServer(2) { processes in
                let original = OriginalEntryStore(redis: processes[0].redis)
                let database = VersionedDatabase()
                let history = ReadHistory()
                let keys = (0..<4).map { "k\($0)" }
                let owners = Shared(0)
                try await withLoad(18) { task in
                    let key = keys[task % keys.count]
                    do {
                        switch task % 6 {
                        case 0:
                            let version = await database.write(key)
                            try await processes[1].cache.tagAsDeleted(key)
                            history.tagged(key, version)
                            try await Task.sleep(for: .milliseconds(3))
                        case 1:
                            let version = await database.write(key)
                            try await original.delete(key)
                            history.tagged(key, version)
                            try await Task.sleep(for: .milliseconds(3))
                        case 2, 3:
                            let read = history.begin(key)
                            owners.change { $0 += 1 }
                            let version = try await original.fetch(key, owner: "o\(task).\(owners.value)") {
                                await database.read(key)
                            }
                            history.end(read, version)
                        default:
                            let read = history.begin(key)
                            let version = try await processes[task % 2].cache.fetch(key, expire: .test) {
                                TestNumber(await database.read(key))
                            }
                            history.end(read, version.number)
                        }
                    } catch {
                        Issue.record("\(error)")
                    }
                } while: {
                    try await Task.sleep(for: .seconds(2))
                }
                #expect(history.violations == [])
                #expect(history.reads > 500)
            }
        }
    }
}
