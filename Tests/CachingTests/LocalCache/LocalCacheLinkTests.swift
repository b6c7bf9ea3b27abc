import Testing

@testable import Caching

/// Entries that depend on others.
@Suite(.timeLimit(.minutes(1))) struct LocalCacheLinkTests {
    private let fixture: LocalCacheFixture<Int>
    private var cache: LocalCache<Int> { self.fixture.cache }

    init() throws {
        self.fixture = try LocalCacheFixture<Int>(LocalCacheOptions(slots: 3, slotCapacity: 5, linksMax: 2))
    }

    private func load(_ key: String, _ parents: [String], in cache: LocalCache<Int>? = nil) async throws {
        _ = try await (cache ?? self.cache).get(key, linkedTo: parents) { 1 }
    }

    private func isKept(_ key: String) -> Bool { self.cache.value(forKey: key) != nil }

    @Test func `an invalidated name drops what is linked to it, and so on`() async throws {
        try await self.load("grandchild", ["child"])
        try await self.load("child", ["name"])
        try await self.load("other", ["elsewhere"])
        self.cache.invalidate(["name"])
        #expect(!self.isKept("child") && !self.isKept("grandchild") && self.isKept("other"))
        #expect(self.cache.remains.links == 1)
    }

    @Test func `an invalidation beside one that is under way finds the same linked keys`() {
        var state = LocalCacheSlotState<Int>(capacity: 4)
        state.link(LocalCacheKey("derived"), 1, to: LocalCacheKey("name"))
        var first = LocalCacheRemoval<Int>()
        var second = LocalCacheRemoval<Int>()
        state.invalidate(LocalCacheKey("name"), &first)
        // The first has not come to the linked key yet, and the second may return before it does.
        state.invalidate(LocalCacheKey("name"), &second)
        #expect(first.derived == [LocalCacheKey("derived")] && second.derived == first.derived)
    }

    @Test func `an invalidated entry leaves its parents and siblings alone`() async throws {
        try await self.load("parent", [])
        try await self.load("child", ["parent"])
        try await self.load("sibling", ["parent"])
        self.cache.invalidate(["child"])
        #expect(self.isKept("parent") && self.isKept("sibling") && !self.isKept("child"))
        #expect(self.cache.remains.links == 1)
    }

    @Test func `cycles and links to oneself end`() async throws {
        try await self.load("a", ["b", "a"])
        try await self.load("b", ["c"])
        try await self.load("c", ["a"])
        self.cache.invalidate(["c"])
        #expect(self.cache.count == 0 && self.cache.remains.links == 0)
    }

    @Test func `a long chain needs no stack`() async throws {
        let options = LocalCacheOptions(slots: 1, slotCapacity: 5_000)
        let cache = try LocalCacheFixture<Int>(options).cache
        for number in 0..<5_000 { try await self.load("\(number + 1)", ["\(number)"], in: cache) }
        cache.invalidate(["0"])
        #expect(cache.count == 0 && cache.remains.links == 0)
    }

    @Test func `an invalidation of the name detaches a load that has begun`() async throws {
        let gate = LoadGate()
        let waiting = Task { [cache] in
            try await cache.get("child", linkedTo: ["name"]) {
                await gate.pass()
                return 1
            }
        }
        await gate.arrived()
        self.cache.invalidate(["name"])
        gate.open()
        #expect(try await waiting.value == 1)
        #expect(!self.isKept("child") && self.cache.remains.links == 0)
    }

    @Test func `links go with eviction, expiry, failure and removal`() async throws {
        for number in 0..<100 { try await self.load("child \(number)", ["name", "name \(number)"]) }
        #expect(self.cache.count <= 15 && self.cache.remains.links == 2 * self.cache.count)
        self.fixture.clock.advance(by: .seconds(60))
        self.cache.sweep()
        #expect(self.cache.count == 0 && self.cache.remains.links == 0)

        await #expect(throws: LoadFailure.self) {
            try await self.cache.get("failing", linkedTo: ["name"]) { throw LoadFailure() }
        }
        #expect(self.cache.remains.links == 1)
        self.fixture.clock.advance(by: .seconds(60))
        #expect(!self.isKept("failing") && self.cache.remains.links == 0)

        try await self.load("child", ["name"])
        self.cache.removeAll()
        #expect(self.cache.remains.links == 0)
        try await self.load("child", ["name"])
        self.cache.invalidate(["child"])
        #expect(self.cache.remains.links == 0)
    }

    @Test func `a kept error is dropped with its name`() async throws {
        await #expect(throws: LoadFailure.self) {
            try await self.cache.get("child", linkedTo: ["name"]) { throw LoadFailure() }
        }
        self.cache.invalidate(["name"])
        try await self.load("child", ["name"])
        #expect(self.isKept("child"))
    }

    @Test func `a value that is set keeps the links of its entry`() async throws {
        try await self.load("child", ["name"])
        self.cache.set(2, forKey: "child")
        self.cache.invalidate(["name"])
        #expect(!self.isKept("child") && self.cache.remains.links == 0)
    }

    @Test func `a newer load has other links and an older one does not undo them`() async throws {
        let gate = LoadGate()
        let old = Task { [cache] in
            try await cache.get("child", linkedTo: ["first", "name"]) {
                await gate.pass()
                return 1
            }
        }
        await gate.arrived()
        self.cache.invalidate(["child"])
        try await self.load("child", ["name"])
        gate.open()
        _ = try await old.value
        #expect(self.isKept("child") && self.cache.remains.links == 1)
        self.cache.invalidate(["first"])
        #expect(self.isKept("child"))
        self.cache.invalidate(["name"])
        #expect(!self.isKept("child"))
    }

    @Test func `more links than allowed are refused before anything is loaded`() async throws {
        let error = await #expect(throws: LocalCacheError.self) {
            try await self.cache.get("child", linkedTo: ["a", "b", "c"]) {
                Issue.record("loaded")
                return 1
            }
        }
        #expect(error?.code == .invalidArgument && self.cache.remains == (0, 0))
    }
}
