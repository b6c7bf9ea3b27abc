import Testing

@testable import Caching

/// Loads of many keys at once.
@Suite(.timeLimit(.minutes(1))) struct LocalCacheBatchTests {
    private let fixture: LocalCacheFixture<Int>
    private var cache: LocalCache<Int> { self.fixture.cache }

    init() throws {
        self.fixture = try LocalCacheFixture<Int>()
    }

    /// A batch whose load waits at `gate` and has ten times each id.
    private func batch(_ ids: [Int], _ gate: LoadGate) -> Task<[Int: Int], any Error> {
        Task { [cache] in
            try await cache.getBatch(
                ids,
                key: { "\($0)" },
                load: { ids in
                    await gate.pass()
                    return Dictionary(uniqueKeysWithValues: ids.map { ($0, $0 * 10) })
                }
            )
        }
    }

    @Test func `only keys that are missing are loaded, in one call`() async throws {
        self.cache.set(1, forKey: "1")
        let values = try await self.cache.getBatch(
            [1, 2, 3, 2],
            key: { "\($0)" },
            load: { ids in
                #expect(Set(ids) == [2, 3] && ids.count == 2)
                return [2: 20, 3: 30, 4: 40]
            }
        )
        #expect(values == [1: 1, 2: 20, 3: 30])
        #expect(self.cache.value(forKey: "3") == 30 && self.cache.value(forKey: "4") == nil)
        #expect(try await self.cache.getBatch([1, 2], key: { "\($0)" }, load: { _ in [:] }) == [1: 1, 2: 20])
        #expect(try await self.cache.getBatch([], key: { (id: Int) in "\(id)" }, load: { _ in [:] }) == [:])
        #expect(self.cache.counts.loads == 1)
    }

    @Test func `keys that the reply does not have are missing and not kept`() async throws {
        #expect(try await self.cache.getBatch([1, 2], key: { "\($0)" }, load: { _ in [1: 10] }) == [1: 10])
        #expect(try await self.cache.getBatch([1, 2], key: { "\($0)" }, load: { _ in [2: 20] }) == [1: 10, 2: 20])
    }

    @Test func `ids with the same key share its value`() async throws {
        let values = try await self.cache.getBatch(
            [1, 2],
            key: { _ in "key" },
            load: { ids in
                #expect(ids.count == 1)
                return Dictionary(uniqueKeysWithValues: ids.map { ($0, 5) })
            }
        )
        #expect(values == [1: 5, 2: 5])
    }

    @Test func `batches that overlap load each key once`() async throws {
        let (first, second) = (LoadGate(), LoadGate())
        let one = self.batch([1, 2, 3], first)
        await first.arrived()
        let two = self.batch([3, 4], second)
        await second.arrived()
        second.open()
        first.open()
        #expect(try await one.value == [1: 10, 2: 20, 3: 30])
        #expect(try await two.value == [3: 30, 4: 40])
        #expect(self.cache.counts.loads == 2 && self.cache.counts.misses == 5)
    }

    @Test func `a single caller waits for a batch, and loads itself what the batch does not have`() async throws {
        let gate = LoadGate()
        let batch = Task { [cache] in
            try await cache.getBatch(
                [1, 2],
                key: { "\($0)" },
                load: { _ in
                    await gate.pass()
                    return [1: 10]
                }
            )
        }
        await gate.arrived()
        let found = Task { [cache] in try await cache.get("1") { 0 } }
        let absent = Task { [cache] in try await cache.get("2") { 7 } }
        await self.cache.waitForMisses(4)
        gate.open()
        #expect(try await found.value == 10)
        #expect(try await absent.value == 7)
        #expect(try await batch.value == [1: 10])
    }

    @Test(arguments: ["invalidate", "removeAll", "set"])
    func `a key that changes during a batch is not kept from it`(event: String) async throws {
        let gate = LoadGate()
        let batch = self.batch([1, 2], gate)
        await gate.arrived()
        switch event {
        case "invalidate": self.cache.invalidate(["1"])
        case "removeAll": self.cache.removeAll()
        default: self.cache.set(7, forKey: "1")
        }
        // Somebody who comes later does not wait for the batch.
        #expect(try await self.cache.get("1") { 8 } == (event == "set" ? 7 : 8))
        gate.open()
        #expect(try await batch.value == [1: 10, 2: 20])
        #expect(self.cache.value(forKey: "1") == (event == "set" ? 7 : 8))
        #expect(self.cache.value(forKey: "2") == (event == "removeAll" ? nil : 20))
    }

    @Test func `a kept error fails the batch before anything is loaded`() async throws {
        await #expect(throws: LoadFailure.self) { try await self.cache.get("2") { throw LoadFailure() } }
        await #expect(throws: LoadFailure.self) {
            try await self.cache.getBatch(
                [1, 2, 3],
                key: { "\($0)" },
                load: { _ in
                    Issue.record("loaded")
                    return [:]
                }
            )
        }
        #expect(self.cache.remains.flights == 0)
        #expect(try await self.cache.get("1") { 1 } == 1)
    }

    @Test func `an error of a batch reaches all who wait and is not kept`() async throws {
        let gate = LoadGate()
        let batch = Task { [cache] in
            try await cache.getBatch(
                [1, 2],
                key: { "\($0)" },
                load: { _ in
                    await gate.pass()
                    throw LoadFailure(number: 3)
                }
            )
        }
        await gate.arrived()
        let single = Task { [cache] in try await cache.get("2") { 0 } }
        await self.cache.waitForMisses(3)
        gate.open()
        await #expect(throws: LoadFailure(number: 3)) { try await batch.value }
        await #expect(throws: LoadFailure(number: 3)) { try await single.value }
        #expect(try await self.cache.get("1") { 1 } == 1)
    }

    @Test func `a batch goes on for others and is cancelled when nobody waits for any key`() async throws {
        let gate = LoadGate()
        let batch = self.batch([1, 2], gate)
        await gate.arrived()
        let single = Task { [cache] in try await cache.get("2") { 0 } }
        await self.cache.waitForMisses(3)
        batch.cancel()
        await #expect(throws: CancellationError.self) { try await batch.value }
        gate.open()
        #expect(try await single.value == 20)

        let sleeping = Task { [cache] in
            try await cache.getBatch(
                [5, 6],
                key: { "\($0)" },
                load: { _ in
                    try await Task.sleep(for: .seconds(600))
                    return [:]
                }
            )
        }
        while self.cache.remains.flights < 2 { await Task.yield() }
        sleeping.cancel()
        await #expect(throws: CancellationError.self) { try await sleeping.value }
        #expect(self.cache.remains.flights == 0)
    }
}
