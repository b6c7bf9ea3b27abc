import Redis
import ServerRuntime
import TestKit
import Testing

@testable import Caching

extension RedisServerSuites {
    /// Entries that nobody should have written, and servers that do not allow everything.
    @Suite(.serialized) struct RocksCacheOddEntryTests {
        private static let garbage = ["", "abc", "-5", "0x0", "1e2", "nan", "-inf", " 7 ", "99999999999999999999x"]

        @Test(arguments: garbage) func `a lock whose time is no time is over`(lockUntil: String) async throws {
            try await RocksCacheProcess.withServer { process in
                let fields: KeyValuePairs = ["value": "1", "lockUntil": lockUntil, "lockOwner": "x"]
                try await process.redis.setHash("k", fields, seconds: 50)
                #expect(
                    try await process.fetch("k", 2, within: .milliseconds(500)) == 2
                )
                #expect(try await StoredHash("k", process.redis).fields == ["value": "2"])
                try await process.redis.setHash("u", fields, seconds: 50)
                try await process.cache.lockForUpdate("u", owner: "A", lease: .seconds(5))
                try await process.cache.unlockForUpdate("u", owner: "A")
            }
        }

        @Test func `fields of others do not disturb`() async throws {
            try await RocksCacheProcess.withServer { process in
                try await process.redis.setHash("k", ["color": "red", "value2": "5", "lockuntil": "9"])
                #expect(try await process.fetch("k", 1) == 1)
                #expect(try await process.cached("k") == 1)
                let hash = try await StoredHash("k", process.redis)
                #expect(hash.value == "1" && hash.fields["color"] == "red" && hash.isTidy)
            }
        }

        @Test func `a key of another type is an error of the store, or loaded past it, and stays as it is`()
            async throws
        {
            try await RocksCacheProcess.withServer { process in
                try await process.redis.set("k", "text")
                let cache = process.cache
                let calls: [@Sendable () async throws -> Void] = [
                    { _ = try await cache.fetch("k", expire: .test) { TestNumber(1) } },
                    { _ = try await cache.fetchBatch(["a", "k"], expire: .test) { _ in ["k": TestNumber(1)] } },
                    { try await cache.tagAsDeleted("k") },
                    { try await cache.put("k", TestNumber(1), expire: .test) },
                    { try await cache.lockForUpdate("k", owner: "A") },
                    { _ = try await cache.peek("k", as: TestNumber.self) },
                ]
                for (index, call) in calls.enumerated() {
                    let error = await #expect(throws: RocksCacheError.self) { try await call() }
                    #expect(error?.code == .store, "call \(index)")
                    #expect((error?.cause as? RedisError)?.serverErrorName == "WRONGTYPE", "call \(index)")
                }
                let error = await #expect(throws: RocksCacheError.self) {
                    try await cache.tagAsDeletedBatch(["a", "k", "b"])
                }
                #expect(error?.keys == ["k"])
                #expect(try await StoredHash("b", process.redis).lockUntil == "0", "the others are done")
                #expect(try await process.redis.get("k") == "text")
            }
            let options = RocksCacheOptions.test.with { $0.storeFailure = .load }
            try await RocksCacheProcess.withServer(options) { process in
                try await process.redis.set("k", "text")
                #expect(try await process.fetch("k", 1) == 1)
            }
        }

        @Test func `a batch of which one key cannot be taken gives back the others`() async throws {
            try await RocksCacheProcess.withServer { process in
                try await process.redis.set("k", "text")
                await #expect(throws: StoreUnavailable.self) {
                    _ = try await process.cache.engine.acquire(["a", "k", "b"], owner: "x")
                }
                for key in ["a", "b"] {
                    // It happens in the background, the caller has its error before.
                    let isGivenBack = try await eventually(within: .seconds(5)) {
                        try await StoredHash(key, process.redis).lockOwner == nil
                    }
                    #expect(isGivenBack)
                    #expect(try await process.fetch(key, 1, within: .milliseconds(500)) == 1)
                }
            }
        }

        @Test func `a lease that Redis could not keep is refused before anything is written`() async throws {
            try await RocksCacheProcess.withServer { process async throws in
                for lease in [Duration.zero, .seconds(-1), .seconds(1 << 53)] {
                    let error = await #expect(throws: RocksCacheError.self) {
                        try await process.cache.lockForUpdate("k", owner: "A", lease: lease)
                    }
                    #expect(error?.code == .invalidArgument)
                    #expect(try await !StoredHash("k", process.redis).exists)
                }
            }
        }

        @Test(arguments: [RocksCacheOptions.test, .weakTest]) func `an entry that does not decode is loaded anew`(
            options: RocksCacheOptions
        ) async throws {
            try await RocksCacheProcess.withServer(options) { process in
                try await process.redis.setHash("k", ["value": "no number"], seconds: 50)
                #expect(try await process.fetch("k", 3) == 3)
                #expect(try await StoredHash("k", process.redis).fields == ["value": "3"])
            }
        }

        @Test(arguments: [RocksCacheOptions.test, .weakTest])
        func `entries of a batch that do not decode are loaded anew`(
            options: RocksCacheOptions
        ) async throws {
            try await RocksCacheProcess.withServer(options) { process in
                try await process.redis.setHash("a", ["value": "no number"], seconds: 50)
                try await process.redis.setHash("b", ["value": "5"], seconds: 50)
                try await process.redis.setHash("c", ["value": "none either"], seconds: 50)
                let loaded = Shared<[String]>([])
                let values = try await process.cache.fetchBatch(["a", "b", "c", "d"], expire: .test) { keys in
                    loaded.change { $0 += keys }
                    return Dictionary(uniqueKeysWithValues: keys.map { ($0, TestNumber(7)) })
                }
                #expect(values.mapValues(\.number) == ["a": 7, "b": 5, "c": 7, "d": 7])
                #expect(loaded.value.sorted() == ["a", "c", "d"])
            }
        }

        @Test func `weak readers of an entry that does not decode do not keep each other from repairing it`()
            async throws
        {
            try await RocksCacheProcess.withServer(2, .weakTest) { processes in
                try await processes[0].redis.setHash("k", ["value": "no number"], seconds: 50)
                let loads = Shared(0)
                try await withLoad(6) { task in
                    do {
                        let value: TestNumber = try await processes[task % 2].cache.fetch("k", expire: .test) {
                            loads.change { $0 += 1 }
                            try await Task.sleep(for: .milliseconds(50))
                            return TestNumber(3)
                        }
                        #expect(value.number == 3)
                        try await Task.sleep(for: .milliseconds(5))
                    } catch {
                        Issue.record("\(error)")
                    }
                } while: {
                    try await Task.sleep(for: .milliseconds(600))
                }
                // One for each that had read the old bytes already, but not one for each read.
                #expect(loads.value <= 6, "\(loads.value) loads")
                #expect(try await StoredHash("k", processes[0].redis).fields == ["value": "3"])
            }
        }

        @Test func `a value of five megabytes comes back whole, also to who waited for it`() async throws {
            try await RocksCacheProcess.withServer(2) { processes in
                let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let load: @Sendable () async throws -> TestBytes = {
                    try await Task.sleep(for: .milliseconds(100))
                    return TestBytes(bytes)
                }
                async let first = processes[0].cache.fetch("k", expire: .test, load: load)
                async let second = processes[1].cache.fetch("k", expire: .test, load: load)
                let values = try await (first, second)
                #expect(values.0.bytes == bytes && values.1.bytes == bytes)
                let again = try await processes[1].cache.fetchBatch(["k"], expire: .test) { _ in [String: TestBytes]() }
                #expect(again["k"]?.bytes == bytes)
            }
        }

        @Test func `a value without bytes is refused, and an absent one is kept for its own time`() async throws {
            let options = RocksCacheOptions.test.with { $0.emptyExpire = .seconds(5) }
            try await RocksCacheProcess.withServer(options) { process in
                let error = await #expect(throws: RocksCacheError.self) {
                    try await process.cache.fetch("k", expire: .test) { TestBytes([]) }
                }
                #expect(error?.code == .undecodable)
                #expect(try await StoredHash("k", process.redis).lockOwner == nil, "given back at once")
                let value = try await process.cache.fetch("none", expire: .test) { () -> TestBytes? in nil }
                #expect(value == nil)
                let hash = try await StoredHash("none", process.redis)
                #expect(hash.fields == ["value": ""] && hash.ends(in: 5))
                let absent = await #expect(throws: RocksCacheError.self) {
                    try await process.cache.fetch("none", expire: .test) { TestBytes([1]) }
                }
                #expect(absent?.code == .absent)
            }
        }

        @Test func `a server that has forgotten the scripts is taught again`() async throws {
            try await RocksCacheProcess.withServer { process in
                for round in 0..<3 {
                    let key = "k\(round)"
                    #expect(try await process.fetch(key, round) == round)
                    try await process.redis.send(RedisCommand("SCRIPT", ["FLUSH"]))
                    #expect(try await process.cached(key) == round)
                    try await process.cache.tagAsDeletedBatch([key, "\(key).b", "\(key).c"])
                    try await process.redis.send(RedisCommand("SCRIPT", ["FLUSH"]))
                    try await process.cache.lockForUpdate(key, owner: "A")
                    try await process.redis.send(RedisCommand("SCRIPT", ["FLUSH"]))
                    try await process.cache.unlockForUpdate(key, owner: "A")
                    // Also between the acquire and the store of one load.
                    let value = try await process.cache.fetch(key, expire: .test) { () -> TestNumber in
                        try await process.redis.send(RedisCommand("SCRIPT", ["FLUSH"]))
                        return TestNumber(9)
                    }
                    #expect(value.number == 9)
                    #expect(try await process.cached(key) == 9)
                }
            }
        }

        @Test(arguments: ["-publish -subscribe resetchannels", "resetchannels"])
        func `a user who may not publish nor subscribe waits by polling`(rules: String) async throws {
            var options = RedisServerProcess.Options()
            options.users = ["cache on >secret ~* +@all \(rules)"]
            try await RedisServerProcess.with(options) { server in
                var configuration = server.configuration
                configuration.username = "cache"
                configuration.password = "secret"
                try await RocksCacheProcess.with(2, configuration, listens: false) { processes in
                    let listeners = processes.map { process in Task { await process.cache.run() } }
                    defer { for listener in listeners { listener.cancel() } }
                    let gate = Gate()
                    async let first = processes[0].cache.fetch("k", expire: .test) { () -> TestNumber in
                        try await gate.pass()
                        return TestNumber(1)
                    }
                    try await gate.waitForArrivals()
                    async let second = processes[1].cache.fetch("k", expire: .test) { TestNumber(2) }
                    // As a process that may subscribe would leave it, so that the store script tries to publish.
                    _ = try await processes[1].store.acquire(
                        ["k"],
                        owner: "x",
                        wakesWaiter: true,
                        deadline: .after(.seconds(5))
                    )
                    try await Task.sleep(for: .milliseconds(50))
                    gate.open()
                    let start = ContinuousClock.now
                    #expect(try await first.number == 1)
                    #expect(try await second.number == 1)
                    #expect(start.duration(to: .now) < .milliseconds(500))
                    #expect(!processes[1].cache.engine.wakeUps.isListening)
                }
            }
        }
    }
}
