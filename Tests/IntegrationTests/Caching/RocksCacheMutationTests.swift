import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Each check of the scripts is needed: a scenario that goes well, and goes wrong as soon as the check is missing.
    @Suite(.serialized) struct RocksCacheMutationTests {
        private static var soon: Deadline { .after(.seconds(5)) }

        /// Runs the scenario on three processes, with the scripts as they are and without the check.
        private func expect(
            _ mutation: ScriptMutation,
            _ options: RocksCacheOptions = .test,
            isViolated: ([RocksCacheProcess]) async throws -> Bool
        ) async throws {
            try await RedisServerProcess.with { server in
                try await RocksCacheProcess.with(3, server.configuration, options) { processes in
                    let isWrong = try await isViolated(processes)
                    #expect(!isWrong, "with the scripts as they are")
                }
                try await server.expect("FLUSHALL")
                let scripts = try mutation.scripts()
                try await RocksCacheProcess.with(3, server.configuration, options, scripts: scripts) { processes in
                    let isWrong = try await isViolated(processes)
                    #expect(isWrong, "without the check")
                }
            }
        }

        private func acquire(_ key: String, _ owner: String, _ process: RocksCacheProcess) async throws -> Acquisition {
            try await process.store.acquire([key], owner: owner, wakesWaiter: true, deadline: Self.soon)[0].get()
        }

        /// The code with which `body` fails.
        private func code(_ body: () async throws -> Void) async -> RocksCacheError.Code? {
            do {
                try await body()
                return nil
            } catch {
                print("DBG", error)
                return (error as? RocksCacheError)?.code
            }
        }

        // MARK: - Owners

        @Test func `owner in store: a slow reader cannot put an old value back`() async throws {
            try await self.expect(.ownerInStore) { processes in
                _ = try await processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                    // Read, then committed and tag-deleted by somebody else.
                    try await processes[1].cache.tagAsDeleted("k")
                    return TestNumber(1)
                }
                return try await processes[2].cached("k") == 1
            }
        }

        @Test func `owner in release: a failed reader cannot free what another one loads`() async throws {
            try await self.expect(.ownerInRelease) { processes in
                let gate = Gate()
                let error = await self.code {
                    _ = try await processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                        try await processes[1].cache.tagAsDeleted("k")
                        Task {
                            let value: TestNumber = try await processes[1].cache.fetch("k", expire: .test) {
                                try await gate.pass()
                                return TestNumber(2)
                            }
                            return value
                        }
                        try await gate.waitForArrivals()
                        throw RocksCacheError(.absent, "the database is gone")
                    }
                }
                #expect(error == .absent)
                defer { gate.open() }
                guard case .acquired = try await self.acquire("k", "C", processes[2]) else { return false }
                return true
            }
        }

        @Test func `owner in lock: an entry is not locked for two updates`() async throws {
            try await self.expect(.ownerInLock) { processes in
                try await processes[0].cache.lockForUpdate("k", owner: "A")
                return await self.code { try await processes[1].cache.lockForUpdate("k", owner: "B") } == nil
            }
        }

        @Test func `kind of owner in lock: a reader does not keep out an update`() async throws {
            try await self.expect(.kindOfOwnerInLock) { processes in
                _ = try await self.acquire("k", "reader", processes[0])
                return await self.code { try await processes[1].cache.lockForUpdate("k", owner: "B") } != nil
            }
        }

        @Test func `owner in extend: a lost update lock is not lengthened`() async throws {
            try await self.expect(.ownerInExtend) { processes in
                try await processes[0].cache.lockForUpdate("k", owner: "A")
                try await processes[2].cache.tagAsDeleted("k")
                try await processes[1].cache.lockForUpdate("k", owner: "B")
                return await self.code { try await processes[0].cache.extendUpdateLock("k", owner: "A") } != .lockLost
            }
        }

        @Test func `owner in unlock: the end of a lost update does not end the next one`() async throws {
            try await self.expect(.ownerInUnlock) { processes in
                try await processes[0].cache.lockForUpdate("k", owner: "A")
                try await processes[2].cache.tagAsDeleted("k")
                try await processes[1].cache.lockForUpdate("k", owner: "B")
                let lost = await self.code { try await processes[0].cache.unlockForUpdate("k", owner: "A") }
                #expect(lost == .lockLost)
                let isHeld = try await processes[1].store.extendUpdateLock(
                    "k",
                    owner: "B",
                    lease: .seconds(5),
                    deadline: Self.soon
                )
                return !isHeld
            }
        }

        @Test func `lost lock in unlock: what was read during an update is invalidated at its end all the same`()
            async throws
        {
            try await self.expect(.lostLockInUnlock) { processes in
                try await processes[0].cache.lockForUpdate("k", owner: "A")
                try await processes[2].cache.tagAsDeleted("k")
                _ = try await processes[1].cache.fetch("k", expire: .test) { TestNumber(1) }
                // Here the database is changed.
                let lost = await self.code { try await processes[0].cache.unlockForUpdate("k", owner: "A") }
                #expect(lost == .lockLost)
                return try await processes[1].cached("k") == 1
            }
        }

        // MARK: - Acquiring

        @Test func `time in acquire: an entry is not loaded twice at one time`() async throws {
            try await self.expect(.timeInAcquire) { processes in
                _ = try await self.acquire("k", "A", processes[0])
                guard case .acquired = try await self.acquire("k", "B", processes[1]) else { return false }
                return true
            }
        }

        @Test func `take-over in acquire: what is invalid is loaded again`() async throws {
            try await self.expect(.takeOverInAcquire) { processes in
                try await processes[0].cache.tagAsDeleted("k")
                let code = await self.code {
                    let deadline = Deadline.after(.milliseconds(400))
                    _ = try await processes[0].cache.fetch("k", expire: .test, deadline: deadline) { TestNumber(1) }
                }
                return code == .deadlineExceeded
            }
        }

        @Test func `lock in acquire: a first load is not taken over`() async throws {
            try await self.expect(.lockInAcquire) { processes in
                _ = try await self.acquire("k", "A", processes[0])
                guard case .acquired = try await self.acquire("k", "B", processes[1]) else { return false }
                return true
            }
        }

        @Test func `value in acquire: who waited takes what was loaded and does not load again`() async throws {
            try await self.expect(.valueInAcquire) { processes in
                let (gate, loads) = (Gate(), Shared(0))
                let load: @Sendable () async throws -> TestNumber = {
                    loads.change { $0 += 1 }
                    try await gate.pass()
                    return TestNumber(1)
                }
                async let first = processes[0].cache.fetch("k", expire: .test, load: load)
                try await gate.waitForArrivals()
                async let second = processes[1].cache.fetch("k", expire: .test, load: load)
                try await Task.sleep(for: .milliseconds(100))
                gate.open()
                _ = try await (first, second)
                return loads.value != 1
            }
        }

        @Test func `end in acquire: a loader that dies leaves nothing for ever`() async throws {
            try await self.expect(.endInAcquire) { processes in
                _ = try await self.acquire("k", "A", processes[0])
                return try await !StoredHash("k", processes[0].redis).isTidy
            }
        }

        // MARK: - Writing

        @Test func `removal in store: what was stored is fresh`() async throws {
            try await self.expect(.removalInStore) { processes in
                _ = try await processes[0].cache.fetch("k", expire: .test) { TestNumber(1) }
                guard case .fresh = try await self.acquire("k", "B", processes[1]) else { return true }
                return false
            }
        }

        @Test func `removal in put: a load under way cannot replace what was put`() async throws {
            try await self.expect(.removalInPut) { processes in
                _ = try await processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                    try await processes[1].cache.put("k", TestNumber(2), expire: .test)
                    return TestNumber(1)
                }
                return try await processes[2].cached("k") != 2
            }
        }

        @Test func `removal in invalidate: a tag-delete takes the entry from its loader`() async throws {
            try await self.expect(.removalInInvalidate) { processes in
                _ = try await processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                    try await processes[1].cache.tagAsDeleted("k")
                    return TestNumber(1)
                }
                return try await processes[2].cached("k") == 1
            }
        }

        @Test func `lock in invalidate: a tag-deleted value is not fresh`() async throws {
            try await self.expect(.lockInInvalidate) { processes in
                _ = try await processes[0].cache.fetch("k", expire: .test) { TestNumber(1) }
                try await processes[1].cache.tagAsDeleted("k")
                return try await processes[2].cached("k") == 1
            }
        }

        @Test func `lifetime in invalidate: an old value is gone after the delay`() async throws {
            try await self.expect(.lifetimeInInvalidate) { processes in
                _ = try await processes[0].cache.fetch("k", expire: .test) { TestNumber(1) }
                try await processes[1].cache.tagAsDeleted("k")
                return try await !StoredHash("k", processes[0].redis).ends(in: 10)
            }
        }

        @Test func `lifetime in store: a value lives longer than its lock`() async throws {
            try await self.expect(.lifetimeInStore) { processes in
                _ = try await processes[0].cache.fetch("k", expire: .test) { TestNumber(1) }
                return try await StoredHash("k", processes[0].redis).timeToLive < 500_000
            }
        }

        @Test func `shortening in release: a failed load does not keep an old value alive`() async throws {
            try await self.expect(.shorteningInRelease) { processes in
                _ = try await processes[0].cache.fetch("k", expire: .test) { TestNumber(1) }
                try await processes[0].cache.tagAsDeleted("k")
                _ = await self.code {
                    _ = try await processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                        throw RocksCacheError(.absent, "the database is gone")
                    }
                }
                return try await !StoredHash("k", processes[0].redis).ends(in: 1)
            }
        }

        // MARK: - Waking

        @Test(arguments: [false, true]) func `waiting and publish: a waiter need not poll`(isPublish: Bool) async throws
        {
            let options = RocksCacheOptions.test.with { $0.lockExpire = .seconds(5) }
            try await self.expect(isPublish ? .publishInStore : .waitingInAcquire, options) { processes in
                let gate = Gate()
                async let first = processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                    try await gate.pass()
                    return TestNumber(1)
                }
                try await gate.waitForArrivals()
                async let second = processes[1].cache.fetch("k", expire: .test) { TestNumber(2) }
                try await Task.sleep(for: .milliseconds(150))
                gate.open()
                let start = ContinuousClock.now
                #expect(try await first.number == 1)
                #expect(try await second.number == 1)
                // A poll comes a second after it began to wait.
                return start.duration(to: .now) > .milliseconds(500)
            }
        }
    }
}
