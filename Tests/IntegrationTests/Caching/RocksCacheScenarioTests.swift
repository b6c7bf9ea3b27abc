import Logging
import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// The behaviour that users of rockscache know, in real time; loaders take 200 ms.
    @Suite(.serialized) struct RocksCacheScenarioTests {
        private static let both: [RocksCacheOptions] = [.test, .weakTest]
        private static let loadTime = Duration.milliseconds(200)

        private func fetch(
            _ process: RocksCacheProcess,
            _ value: Int,
            key: String = "k",
            loads: Shared<Int> = Shared(0)
        ) async throws -> Int {
            let number: TestNumber = try await process.cache.fetch(key, expire: .test) {
                loads.change { $0 += 1 }
                try await Task.sleep(for: Self.loadTime)
                return TestNumber(value)
            }
            return number.number
        }

        private func batch(
            _ process: RocksCacheProcess,
            _ range: Range<Int>,
            _ offset: Int,
            expire: Duration = .test
        ) async throws -> [Int: Int] {
            let values: [Int: TestNumber] = try await process.cache.fetchBatch(
                Array(range),
                key: { "b\($0)" },
                expire: expire,
                load: { ids in
                    try await Task.sleep(for: Self.loadTime)
                    return Dictionary(uniqueKeysWithValues: ids.map { ($0, TestNumber($0 + offset)) })
                }
            )
            return values.mapValues(\.number)
        }

        private func numbers(_ range: Range<Int>, _ offset: Int) -> [Int: Int] {
            Dictionary(uniqueKeysWithValues: range.map { ($0, $0 + offset) })
        }

        private func time<Value>(_ body: () async throws -> Value) async throws -> (Value, Duration) {
            let start = ContinuousClock.now
            let value = try await body()
            return (value, start.duration(to: .now))
        }

        @Test(arguments: both) func `S1: two processes fetch a missing key and one loader runs`(
            options: RocksCacheOptions
        ) async throws {
            try await RocksCacheProcess.withServer(2, options) { processes in
                let loads = Shared(0)
                async let first = self.fetch(processes[0], 1, loads: loads)
                try await Task.sleep(for: .milliseconds(20))
                let (second, duration) = try await self.time { try await self.fetch(processes[1], 2, loads: loads) }
                #expect(try await first == 1)
                #expect(second == 1 && loads.value == 1)
                #expect(duration >= .milliseconds(150))
            }
        }

        @Test func `S2: a weak reader gets the old value at once and later the new one`() async throws {
            try await RocksCacheProcess.withServer(.weakTest) { process in
                #expect(try await self.fetch(process, 1) == 1)
                try await process.cache.tagAsDeleted("k")
                let (value, duration) = try await self.time { try await self.fetch(process, 2) }
                #expect(value == 1 && duration < .milliseconds(150))
                let isRenewed = try await eventually(within: .seconds(3)) { try await process.cached("k") == 2 }
                #expect(isRenewed)
            }
        }

        @Test func `S2: a weak reader gets an old value for the delay only, however often it is tag-deleted`()
            async throws
        {
            let options = RocksCacheOptions.weakTest.with { $0.delay = .milliseconds(500) }
            try await RocksCacheProcess.withServer(2, options) { processes in
                #expect(try await processes[0].fetch("k", 1) == 1)
                let version = Shared(1)
                try await withLoad(3) { task in
                    do {
                        if task == 0 {
                            version.change { $0 += 1 }
                            try await processes[1].cache.tagAsDeleted("k")
                        } else {
                            // Slower than the tag-deletes come, so that no load is ever stored.
                            let _: TestNumber = try await processes[task - 1].cache.fetch("k", expire: .test) {
                                let number = version.value
                                try await Task.sleep(for: .milliseconds(60))
                                return TestNumber(number)
                            }
                        }
                        try await Task.sleep(for: .milliseconds(10))
                    } catch {
                        Issue.record("\(error)")
                    }
                } while: {
                    try await Task.sleep(for: .milliseconds(1_500))
                    let value: TestNumber = try await processes[0].cache.fetch("k", expire: .test) {
                        TestNumber(version.value)
                    }
                    #expect(value.number > 1)
                }
            }
        }

        @Test func `S3: a strong reader waits for the new value, which is then cached`() async throws {
            try await RocksCacheProcess.withServer { process in
                #expect(try await self.fetch(process, 1) == 1)
                try await process.cache.tagAsDeleted("k")
                let (value, duration) = try await self.time { try await self.fetch(process, 2) }
                #expect(value == 2 && duration >= .milliseconds(150))
                #expect(try await process.cached("k") == 2)
            }
        }

        @Test(arguments: both) func `S4: the error of a loader comes through and the next fetch loads at once`(
            options: RocksCacheOptions
        ) async throws {
            struct DatabaseError: Error {}
            try await RocksCacheProcess.withServer(2, options) { processes in
                await #expect(throws: DatabaseError.self) {
                    _ = try await processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                        throw DatabaseError()
                    }
                }
                let (value, duration) = try await self.time { try await self.fetch(processes[1], 2) }
                #expect(value == 2 && duration < .milliseconds(700))
                await #expect(throws: DatabaseError.self) {
                    _ = try await processes[0].cache.fetchBatch(["a", "k", "c"], expire: .test) {
                        _ -> [String: TestNumber] in
                        throw DatabaseError()
                    }
                }
                #expect(try await self.fetch(processes[1], 3, key: "c") == 3)
            }
        }

        @Test(arguments: both) func `S5: who waits for another one's load can be cancelled`(
            options: RocksCacheOptions
        ) async throws {
            try await RocksCacheProcess.withServer(options) { process in
                for key in ["k", "b1"] {
                    _ = try await process.store.acquire(
                        [key],
                        owner: "other",
                        wakesWaiter: false,
                        deadline: .after(.seconds(5))
                    )
                }
                let single = Task { try await self.fetch(process, 1) }
                let batch = Task { try await self.batch(process, 0..<3, 0) }
                try await Task.sleep(for: .milliseconds(100))
                let start = ContinuousClock.now
                single.cancel()
                batch.cancel()
                await #expect(throws: CancellationError.self) { try await single.value }
                await #expect(throws: CancellationError.self) { try await batch.value }
                #expect(start.duration(to: .now) < .milliseconds(300))
            }
        }

        @Test func `S6: an absent value is cached for its own time, or not at all`() async throws {
            for seconds in [0, 10] {
                let options = RocksCacheOptions.test.with { $0.emptyExpire = .seconds(seconds) }
                try await RocksCacheProcess.withServer(options) { process in
                    let loads = Shared(0)
                    for _ in 0..<2 {
                        let value: TestNumber? = try await process.cache.fetch("k", expire: .test) {
                            loads.change { $0 += 1 }
                            return nil
                        }
                        #expect(value == nil)
                        let values = try await process.cache.fetchBatch(["a", "b"], expire: .test) {
                            _ -> [String: TestNumber] in
                            loads.change { $0 += 10 }
                            return [:]
                        }
                        #expect(values.isEmpty)
                    }
                    #expect(loads.value == (seconds == 0 ? 22 : 11))
                    // A tag-delete ends it at once.
                    try await process.cache.tagAsDeleted("k")
                    #expect(try await self.fetch(process, 5) == 5)
                }
            }
        }

        @Test func `S7: a loader that never comes back does not keep the entry for ever`() async throws {
            try await RocksCacheProcess.withServer(2) { processes in
                let gate = Gate()
                let stuck = Task {
                    _ = try await processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                        try await gate.pass()
                        return TestNumber(1)
                    }
                }
                try await gate.waitForArrivals()
                let (value, duration) = try await self.time { try await self.fetch(processes[1], 2) }
                #expect(value == 2 && duration < .milliseconds(2_600))
                gate.open()
                try await stuck.value
                // It came too late to be kept.
                #expect(try await processes[0].cached("k") == 2)
            }
        }

        @Test(arguments: both) func `S8: overlapping batches of two processes load each key once`(
            options: RocksCacheOptions
        ) async throws {
            try await RocksCacheProcess.withServer(2, options) { processes in
                async let first = self.batch(processes[0], 0..<60, 1_000)
                try await Task.sleep(for: .milliseconds(50))
                let second = try await self.batch(processes[1], 40..<100, 2_000)
                #expect(try await first == self.numbers(0..<60, 1_000))
                let expected = self.numbers(40..<60, 1_000).merging(self.numbers(60..<100, 2_000)) { _, own in own }
                #expect(second == expected)
            }
        }

        @Test func `S9: a weak batch returns old values at once and later new ones`() async throws {
            try await RocksCacheProcess.withServer(.weakTest) { process in
                _ = try await self.batch(process, 0..<100, 0)
                try await process.cache.tagAsDeletedBatch((40..<60).map { "b\($0)" })
                let (values, duration) = try await self.time { try await self.batch(process, 0..<100, 500) }
                #expect(values == self.numbers(0..<100, 0))
                #expect(duration < .milliseconds(190))
                let expected = self.numbers(0..<100, 0).merging(self.numbers(40..<60, 500)) { _, new in new }
                let isRenewed = try await eventually(within: .seconds(3)) {
                    try await self.batch(process, 0..<100, 900) == expected
                }
                #expect(isRenewed)
            }
        }

        @Test func `S10: strong batches with tiny delay and lifetime load anew when entries end`() async throws {
            let options = RocksCacheOptions.test.with { options in
                options.delay = .milliseconds(10)
                options.randomExpireAdjustment = 0
            }
            try await RocksCacheProcess.withServer(2, options) { processes in
                _ = try await self.batch(processes[0], 0..<60, 0, expire: .seconds(1))
                try await Task.sleep(for: .milliseconds(1_050))
                async let first = self.batch(processes[0], 0..<60, 1_000, expire: .seconds(1))
                async let second = self.batch(processes[1], 40..<100, 1_000, expire: .seconds(1))
                #expect(try await first == self.numbers(0..<60, 1_000))
                #expect(try await second == self.numbers(40..<100, 1_000))
                try await processes[0].cache.tagAsDeletedBatch((0..<100).map { "b\($0)" })
                let third = try await self.batch(processes[1], 0..<100, 3_000, expire: .seconds(1))
                #expect(third == self.numbers(0..<100, 3_000))
            }
        }

        @Test func `S11: a tag-delete that no replica confirms fails after it was done`() async throws {
            let options = RocksCacheOptions.test.with { options in
                options.waitReplicas = 1
                options.waitReplicasTimeout = .milliseconds(200)
            }
            try await RocksCacheProcess.withServer(options) { process async throws in
                #expect(try await self.fetch(process, 1) == 1)
                let start = ContinuousClock.now
                let error = await #expect(throws: RocksCacheError.self) { try await process.cache.tagAsDeleted("k") }
                let duration = start.duration(to: .now)
                #expect(error?.code == .replicasMissing && error?.keys == ["k"])
                #expect(duration >= .milliseconds(200) && duration < .seconds(2))
                #expect(try await self.fetch(process, 2) == 2)
            }
        }

        @Test func `S12: a second update is refused and named the first until that is over`() async throws {
            try await RocksCacheProcess.withServer(2) { processes in
                #expect(try await self.fetch(processes[0], 1) == 1)
                let gate = Gate()
                async let update: Void = processes[0].cache.withUpdateLock("k", owner: "Ann", lease: .seconds(5)) {
                    try await gate.pass()
                }
                try await gate.waitForArrivals()
                let called = Shared(false)
                let error = await #expect(throws: RocksCacheError.self) {
                    try await processes[1].cache.withUpdateLock("k", owner: "Bob") { called.change { $0 = true } }
                }
                #expect(error?.code == .lockedForUpdate && error?.message.contains("Ann") == true && !called.value)
                // Strong readers wait meanwhile, and are woken.
                async let reader = self.time { try await self.fetch(processes[1], 2) }
                try await Task.sleep(for: .milliseconds(300))
                gate.open()
                try await update
                let (value, duration) = try await reader
                #expect(value == 2 && duration >= .milliseconds(400) && duration < .milliseconds(900))
                try await processes[1].cache.withUpdateLock("k", owner: "Bob") {}
            }
        }

        @Test func `S12: weak readers get the old value while an update runs`() async throws {
            try await RocksCacheProcess.withServer(.weakTest) { process in
                #expect(try await self.fetch(process, 1) == 1)
                try await process.cache.lockForUpdate("k", owner: "A", lease: .seconds(5))
                #expect(try await self.fetch(process, 2) == 1)
                #expect(try await self.batch(process, 0..<1, 0) == [0: 0])
                try await process.cache.unlockForUpdate("k", owner: "A")
                let isRenewed = try await eventually(within: .seconds(3)) { try await self.fetch(process, 3) == 3 }
                #expect(isRenewed)
            }
        }

        @Test func `S13: without reads every fetch loads, without deletes a tag-delete does nothing`() async throws {
            let blind = RocksCacheOptions.test.with { $0.isCacheReadDisabled = true }
            try await RocksCacheProcess.withServer(blind) { process async throws in
                let loads = Shared(0)
                for value in 1...3 { #expect(try await self.fetch(process, value, loads: loads) == value) }
                #expect(loads.value == 3)
                #expect(try await self.batch(process, 0..<2, 7) == [0: 7, 1: 8])
                #expect(try await process.redis.send(RedisCommand("DBSIZE", [], as: Int.self)) == 0)
            }
            let frozen = RocksCacheOptions.test.with { $0.isCacheDeleteDisabled = true }
            try await RocksCacheProcess.withServer(frozen) { process in
                #expect(try await self.fetch(process, 1) == 1)
                try await process.cache.tagAsDeleted("k")
                #expect(try await process.cached("k") == 1)
            }
        }

        @Test func `S14: options that cannot be used are refused`() throws {
            let redis = RedisClient(RedisConfiguration(), logger: .init(label: "none"))
            let changes: [(inout RocksCacheOptions) -> Void] = [
                { $0.delay = .zero }, { $0.lockExpire = .zero }, { $0.lockSleep = .zero }, { $0.waitReplicas = -1 },
                { $0.randomExpireAdjustment = 1 }, { $0.storeTimeout = .zero }, { $0.consistencyCheckRate = 2 },
            ]
            for change in changes {
                let options = RocksCacheOptions.test.with(change)
                let error = #expect(throws: RocksCacheError.self) {
                    try RocksCache(redis: redis, options: options, logger: .init(label: "none"))
                }
                #expect(error?.code == .invalidArgument)
            }
        }
    }
}
