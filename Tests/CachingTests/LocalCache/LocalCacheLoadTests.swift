import Testing

@testable import Caching

/// Loads, those who wait for them, and invalidations meanwhile.
@Suite(.timeLimit(.minutes(1))) struct LocalCacheLoadTests {
    private let fixture: LocalCacheFixture<Int>
    private var cache: LocalCache<Int> { self.fixture.cache }

    init() throws {
        self.fixture = try LocalCacheFixture<Int>()
    }

    /// A caller whose load waits at `gate`.
    private func caller(_ gate: LoadGate, _ value: Int = 1) -> Task<Int, any Error> {
        Task { [cache] in
            try await cache.get("key") {
                await gate.pass()
                return value
            }
        }
    }

    @Test func `callers of one key share one load`() async throws {
        let gate = LoadGate()
        let callers = (0..<100).map { self.caller(gate, $0) }
        await self.cache.waitForMisses(100)
        await gate.arrived()
        gate.open()
        let first = try await callers[0].value
        for caller in callers { #expect(try await caller.value == first) }
        #expect(gate.arrivals == 1 && self.cache.counts.loads == 1)
    }

    @Test func `loads of different keys of one slot run side by side`() async throws {
        let single = try LocalCacheFixture<Int>(LocalCacheOptions(slots: 1, slotCapacity: 9)).cache
        let gate = LoadGate()
        let callers = (0..<5).map { number in
            Task {
                try await single.get("key \(number)") {
                    await gate.pass()
                    return number
                }
            }
        }
        await gate.arrived(5)
        gate.open()
        for (number, caller) in callers.enumerated() { #expect(try await caller.value == number) }
    }

    @Test func `a cancelled caller stops waiting and the load goes on for the others`() async throws {
        let gate = LoadGate()
        let first = self.caller(gate)
        await gate.arrived()
        let second = self.caller(gate, 2)
        await self.cache.waitForMisses(2)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        gate.open()
        #expect(try await second.value == 1)
        #expect(self.cache.value(forKey: "key") == 1)
    }

    @Test func `the load is cancelled when nobody waits and later callers load anew`() async throws {
        let gate = LoadGate()
        let cancelled = LoadGate()
        let callers = (0..<3).map { _ in
            Task { [cache] in
                try await cache.get("key") {
                    await gate.pass()
                    if Task.isCancelled { cancelled.open() }
                    return 1
                }
            }
        }
        await self.cache.waitForMisses(3)
        await gate.arrived()
        for caller in callers { caller.cancel() }
        for caller in callers { await #expect(throws: CancellationError.self) { try await caller.value } }
        #expect(try await self.cache.get("key") { 2 } == 2)
        gate.open()
        await cancelled.pass()
        #expect(self.cache.value(forKey: "key") == 2)
        #expect(self.cache.remains.flights == 0)
    }

    @Test func `a caller who is cancelled already throws`() async throws {
        let caller = Task { [cache] in
            while !Task.isCancelled { await Task.yield() }
            return try await cache.get("key") {
                try await Task.sleep(for: .seconds(60))
                return 1
            }
        }
        caller.cancel()
        await #expect(throws: CancellationError.self) { try await caller.value }
    }

    @Test(arguments: ["invalidate", "removeAll", "set", "setIfPresent", "stopKeeping", "startKeeping"])
    func `what happens to a key detaches its load`(event: String) async throws {
        let gate = LoadGate()
        let waiting = self.caller(gate)
        await gate.arrived()
        switch event {
        case "invalidate": self.cache.invalidate(["key"])
        case "removeAll": self.cache.removeAll()
        case "set": self.cache.set(7, forKey: "key")
        case "setIfPresent": self.cache.setIfPresent(7, forKey: "key")
        case "stopKeeping": self.cache.stopKeeping()
        default: self.cache.startKeeping()
        }
        let isSet = event == "set"
        // A later caller neither waits for the old load nor gets its value.
        #expect(try await self.cache.get("key") { 2 } == (isSet ? 7 : 2))
        gate.open()
        #expect(try await waiting.value == 1)
        let kept: Int? = isSet ? 7 : event == "stopKeeping" ? nil : 2
        #expect(self.cache.value(forKey: "key") == kept)
        #expect(self.cache.remains.flights == 0)
    }

    @Test func `an error of a detached load is not kept`() async throws {
        let gate = LoadGate()
        let waiting = Task { [cache] in
            try await cache.get("key") {
                await gate.pass()
                throw LoadFailure()
            }
        }
        await gate.arrived()
        self.cache.invalidate(["key"])
        gate.open()
        await #expect(throws: LoadFailure.self) { try await waiting.value }
        #expect(try await self.cache.get("key") { 2 } == 2)
    }

    @Test func `nothing is kept until keeping starts again`() async throws {
        self.cache.set(1, forKey: "key")
        self.cache.stopKeeping()
        #expect(self.cache.value(forKey: "key") == nil)
        #expect(try await self.cache.get("key") { 2 } == 2)
        self.cache.set(3, forKey: "key")
        #expect(self.cache.value(forKey: "key") == nil)
        self.cache.startKeeping()
        #expect(try await self.cache.get("key") { 4 } == 4)
        #expect(self.cache.value(forKey: "key") == 4)
    }

    @Test func `a loader may use the cache itself`() async throws {
        let cache = self.cache
        let value = try await cache.get("outer") { try await cache.get("inner") { 1 } + 1 }
        #expect(value == 2 && cache.value(forKey: "inner") == 1)
    }

    @Test func `a loader sees the task-local values of the first caller`() async throws {
        let value = try await Self.$local.withValue(5) { try await self.cache.get("key") { Self.local } }
        #expect(value == 5)
    }

    @TaskLocal private static var local = 0
}
