import Synchronization
import Testing

@testable import Caching

/// Keeping, expiry and eviction.
@Suite struct LocalCacheTests {
    @Test(arguments: [
        ("USER_INFO:alice", 0xF962_0F70_FF03_E41D as UInt64), ("alice", 0x508B_2ABB_65A0_3907),
        ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C),
    ])
    func `keys are divided by FNV-1a`(key: String, hash: UInt64) throws {
        #expect(FNV1a.hash64(key) == hash)
    }

    @Test func `the slot is the hash modulo the number of slots`() throws {
        let hundred = try LocalCacheFixture<Int>(LocalCacheOptions(slots: 100, slotCapacity: 1)).cache
        #expect(hundred.slotNumber("USER_INFO:alice") == 29)
        #expect(hundred.slotNumber("alice") == 83)
        let many = try LocalCacheFixture<Int>(LocalCacheOptions(slots: 500, slotCapacity: 1)).cache
        #expect(many.slotNumber("USER_INFO:alice") == 229)
    }

    @Test func `a value is loaded once and then kept for its lifetime`() async throws {
        let fixture = try LocalCacheFixture<Int>()
        #expect(fixture.cache.value(forKey: "key") == nil)
        #expect(try await fixture.cache.get("key") { 1 } == 1)
        fixture.clock.advance(by: .milliseconds(59_999))
        #expect(try await fixture.cache.get("key") { 2 } == 1)
        #expect(fixture.cache.value(forKey: "key") == 1)
        fixture.clock.advance(by: .milliseconds(1))
        #expect(fixture.cache.value(forKey: "key") == nil)
        #expect(fixture.cache.count == 0, "touching removed it")
        #expect(try await fixture.cache.get("key") { 3 } == 3)
    }

    @Test func `an error is kept for its own lifetime and thrown to later callers`() async throws {
        let fixture = try LocalCacheFixture<Int>()
        for number in 1...2 {
            await #expect(throws: LoadFailure(number: 1)) {
                try await fixture.cache.get("key") { throw LoadFailure(number: number) }
            }
        }
        #expect(fixture.cache.value(forKey: "key") == nil)
        fixture.clock.advance(by: .seconds(5))
        #expect(try await fixture.cache.get("key") { 3 } == 3)
    }

    @Test func `errors without a lifetime and cancellations are not kept`() async throws {
        let none = try LocalCacheFixture<Int>(LocalCacheOptions(slots: 1, slotCapacity: 9, failureLifetime: .zero))
        await #expect(throws: LoadFailure.self) { try await none.cache.get("key") { throw LoadFailure() } }
        #expect(try await none.cache.get("key") { 1 } == 1)

        let fixture = try LocalCacheFixture<Int>()
        await #expect(throws: CancellationError.self) {
            try await fixture.cache.get("key") { throw CancellationError() }
        }
        #expect(try await fixture.cache.get("key") { 2 } == 2)
    }

    @Test func `without a lifetime nothing is kept`() async throws {
        let options = LocalCacheOptions(slots: 1, slotCapacity: 9, successLifetime: .zero)
        let cache = try LocalCacheFixture<Int>(options).cache
        #expect(try await cache.get("key") { 1 } == 1)
        #expect(try await cache.get("key") { 2 } == 2)
        cache.set(3, forKey: "key")
        #expect(cache.value(forKey: "key") == nil && cache.count == 0)
    }

    @Test func `the entry used longest ago makes room`() throws {
        let fixture = try LocalCacheFixture<Int>(LocalCacheOptions(slots: 1, slotCapacity: 3))
        let cache = fixture.cache
        for (number, key) in ["a", "b", "c"].enumerated() { cache.set(number, forKey: key) }
        #expect(cache.value(forKey: "a") == 0)
        cache.set(3, forKey: "d")
        #expect(cache.value(forKey: "b") == nil)
        cache.set(4, forKey: "c")
        cache.set(5, forKey: "e")
        #expect(cache.value(forKey: "a") == nil)
        #expect(cache.slots[0].state.withLock { $0.index.keysByUse } == ["e", "c", "d"])
        #expect(cache.count == 3 && cache.counts.evictions == 2)
    }

    @Test func `keys that look the same but differ in bytes are different`() throws {
        let cache = try LocalCacheFixture<Int>(LocalCacheOptions(slots: 1, slotCapacity: 9)).cache
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        cache.set(1, forKey: composed)
        cache.set(2, forKey: decomposed)
        #expect(cache.value(forKey: composed) == 1 && cache.value(forKey: decomposed) == 2)
        cache.invalidate([composed])
        #expect(cache.value(forKey: composed) == nil && cache.value(forKey: decomposed) == 2)
    }

    @Test func `a value is set only if present when so wanted`() async throws {
        let fixture = try LocalCacheFixture<Int>()
        #expect(!fixture.cache.setIfPresent(1, forKey: "key"))
        #expect(fixture.cache.value(forKey: "key") == nil)
        await #expect(throws: LoadFailure.self) { try await fixture.cache.get("key") { throw LoadFailure() } }
        #expect(fixture.cache.setIfPresent(2, forKey: "key"))
        #expect(fixture.cache.value(forKey: "key") == 2)
        fixture.clock.advance(by: .seconds(60))
        #expect(!fixture.cache.setIfPresent(3, forKey: "key"))
        #expect(fixture.cache.value(forKey: "key") == nil)
    }

    @Test func `a sweep removes what nobody touches`() throws {
        let fixture = try LocalCacheFixture<Int>(LocalCacheOptions(slots: 3, slotCapacity: 2_000))
        for number in 0..<3_000 { fixture.cache.set(number, forKey: "old \(number)") }
        fixture.clock.advance(by: .seconds(30))
        for number in 0..<100 { fixture.cache.set(number, forKey: "new \(number)") }
        fixture.clock.advance(by: .seconds(30))
        #expect(fixture.cache.count == 3_100)
        fixture.cache.sweep()
        #expect(fixture.cache.count == 100)
        #expect(fixture.cache.value(forKey: "new 99") == 99)
    }

    @Test(.timeLimit(.minutes(1))) func `run sweeps when told so and ends with its task`() async throws {
        let options = LocalCacheOptions(slots: 2, slotCapacity: 9, expiry: .swept(every: .milliseconds(1)))
        let fixture = try LocalCacheFixture<Int>(options)
        fixture.cache.set(1, forKey: "key")
        let running = Task { try await fixture.cache.run() }
        fixture.clock.advance(by: .seconds(60))
        while fixture.cache.count > 0 { try await Task.sleep(for: .milliseconds(1)) }
        running.cancel()
        try await running.value
    }

    @Test(arguments: [
        LocalCacheOptions(slots: 0), LocalCacheOptions(slots: 65_537), LocalCacheOptions(slotCapacity: 0),
        LocalCacheOptions(slotCapacity: .max), LocalCacheOptions(successLifetime: .seconds(-1)),
        LocalCacheOptions(failureLifetime: .seconds(-1)), LocalCacheOptions(expiry: .swept(every: .zero)),
        LocalCacheOptions(linksMax: -1), LocalCacheOptions(reportInterval: .zero),
    ])
    func `options that cannot be used are refused`(options: LocalCacheOptions) {
        let error = #expect(throws: LocalCacheError.self) { try LocalCache<Int>(options, name: "test") }
        #expect(error?.code == .invalidArgument)
    }

    @Test func `the longest lifetime does not overflow`() throws {
        let options = LocalCacheOptions(slots: 1, slotCapacity: 9, successLifetime: .seconds(Int64.max))
        let cache = try LocalCache<Int>(options, name: "test")
        cache.set(1, forKey: "key")
        #expect(cache.value(forKey: "key") == 1)
    }
}
