import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Several processes that wait for each other, die, or change their minds.
    @Suite(.serialized) struct RocksCacheProcessTests {
        /// A load in one process, and how long after its store a fetch in another one ended.
        private func wakeTime(_ processes: [RocksCacheProcess], _ key: String, isBatch: Bool) async throws -> Duration {
            let gate = Gate()
            async let first: TestNumber = processes[0].cache.fetch(key, expire: .test) {
                try await gate.pass()
                return TestNumber(1)
            }
            try await gate.waitForArrivals()
            let waiting = Task {
                if isBatch {
                    let values = try await processes[1].cache.fetchBatch([key], expire: .test) { _ in
                        [String: TestNumber]()
                    }
                    return (values[key]?.number, ContinuousClock.now)
                }
                return (try await processes[1].fetch(key, 2), ContinuousClock.now)
            }
            // So that it does not look just when the value comes.
            try await Task.sleep(for: .milliseconds(130))
            gate.open()
            #expect(try await first.number == 1)
            let stored = ContinuousClock.now
            let (value, end) = try await waiting.value
            #expect(value == 1)
            return stored.duration(to: end)
        }

        @Test(arguments: [false, true]) func `a waiter in another process has the value milliseconds after the store`(
            isBatch: Bool
        ) async throws {
            // Polls would come seconds apart.
            let options = RocksCacheOptions.test.with { options in
                options.lockSleep = .seconds(5)
                options.lockExpire = .seconds(10)
            }
            try await RocksCacheProcess.withServer(2, options) { processes in
                var times: [Duration] = []
                for round in 0..<7 {
                    times.append(try await self.wakeTime(processes, "k\(round)", isBatch: isBatch))
                }
                times.sort()
                #expect(times[3] < .milliseconds(30), "\(times)")
            }
        }

        @Test func `without run waiters poll`() async throws {
            try await RocksCacheProcess.withServer(2, listens: false) { processes in
                for isBatch in [false, true] {
                    let time = try await self.wakeTime(processes, "k\(isBatch)", isBatch: isBatch)
                    #expect(time < .milliseconds(300))
                }
            }
        }

        @Test func `a tag-delete and the end of an update wake waiters too`() async throws {
            let options = RocksCacheOptions.test.with { options in
                options.lockSleep = .seconds(5)
                options.lockExpire = .seconds(10)
            }
            try await RocksCacheProcess.withServer(2, options) { processes in
                for isUpdate in [false, true] {
                    let key = "k\(isUpdate)"
                    if isUpdate {
                        try await processes[0].cache.lockForUpdate(key, owner: "A")
                    } else {
                        _ = try await processes[0].store.acquire(
                            [key],
                            owner: "A",
                            wakesWaiter: true,
                            deadline: .after(.seconds(5))
                        )
                    }
                    let waiting = Task { try await processes[1].fetch(key, 2) }
                    try await Task.sleep(for: .milliseconds(150))
                    let start = ContinuousClock.now
                    if isUpdate {
                        try await processes[0].cache.unlockForUpdate(key, owner: "A")
                    } else {
                        try await processes[0].cache.tagAsDeleted(key)
                    }
                    #expect(try await waiting.value == 2)
                    #expect(start.duration(to: .now) < .milliseconds(300))
                }
            }
        }

        @Test func `a process that is cut off while it loads is replaced when its lock is over`() async throws {
            try await RedisServerProcess.with { server in
                try await FaultProxy.with(to: server.port) { proxy in
                    var configuration = server.configuration
                    configuration.port = proxy.port
                    try await RocksCacheProcess.with(1, configuration) { lost in
                        try await RocksCacheProcess.with(2, server.configuration) { others in
                            let gate = Gate()
                            let load: @Sendable ([String]) async throws -> [String: TestNumber] = { keys in
                                try await gate.pass()
                                return Dictionary(uniqueKeysWithValues: keys.map { ($0, TestNumber(1)) })
                            }
                            let loading = Task {
                                try await lost[0].cache.fetchBatch(["a", "b"], expire: .test, load: load)
                            }
                            try await gate.waitForArrivals()
                            // It can neither store nor give back.
                            proxy.apply(.refuse)
                            proxy.apply(.reset)
                            let start = ContinuousClock.now
                            async let first = others[0].fetch("a", 2)
                            let batch = try await others[1].cache.fetchBatch(["a", "b"], expire: .test) { keys in
                                Dictionary(uniqueKeysWithValues: keys.map { ($0, TestNumber(2)) })
                            }
                            #expect(try await first == 2)
                            #expect(batch.mapValues(\.number) == ["a": 2, "b": 2])
                            #expect(start.duration(to: .now) < .seconds(2.6))
                            gate.open()
                            // Its own caller has a value all the same; nobody else gets it.
                            #expect(try await loading.value.mapValues(\.number) == ["a": 1, "b": 1])
                            #expect(try await others[0].cached("a") == 2)
                            proxy.heal()
                        }
                    }
                }
            }
        }

        @Test func `the owner of an update lock that dies keeps others out for its lease only`() async throws {
            try await RocksCacheProcess.withServer(2) { processes in
                try await processes[0].cache.lockForUpdate("k", owner: "dead", lease: .seconds(1))
                let start = ContinuousClock.now
                #expect(try await processes[1].fetch("k", 1) == 1)
                let time = start.duration(to: .now)
                #expect(time > .milliseconds(500) && time < .milliseconds(3_100), "\(time)")
                let lost = await #expect(throws: RocksCacheError.self) {
                    try await processes[0].cache.unlockForUpdate("k", owner: "dead")
                }
                #expect(lost?.code == .lockLost)
                #expect(try await processes[1].cached("k") == nil, "tag-deleted all the same")
            }
        }

        @Test func `an update that takes longer than its lease keeps its lock`() async throws {
            try await RocksCacheProcess.withServer(2) { processes in
                try await processes[0].cache.withUpdateLock("k", owner: "A", lease: .seconds(1)) {
                    let error = await #expect(throws: RocksCacheError.self) {
                        try await processes[1].cache.fetch("k", expire: .test, deadline: .after(.seconds(3))) {
                            TestNumber(1)
                        }
                    }
                    #expect(error?.code == .deadlineExceeded)
                }
                #expect(try await processes[1].fetch("k", 2) == 2)
            }
        }

        @Test func `an update that is cancelled or throws gives the entry back`() async throws {
            struct DatabaseError: Error {}
            try await RocksCacheProcess.withServer(2) { processes in
                let gate = Gate()
                let update = Task {
                    try await processes[0].cache.withUpdateLock("k", owner: "A") { try await gate.pass() }
                }
                try await gate.waitForArrivals()
                update.cancel()
                await #expect(throws: CancellationError.self) { try await update.value }
                #expect(try await processes[1].fetch("k", 1, within: .milliseconds(500)) == 1)
                await #expect(throws: DatabaseError.self) {
                    try await processes[0].cache.withUpdateLock("k", owner: "A") { throw DatabaseError() }
                }
                #expect(try await processes[1].fetch("k", 2, within: .milliseconds(500)) == 2)
            }
        }
    }
}
