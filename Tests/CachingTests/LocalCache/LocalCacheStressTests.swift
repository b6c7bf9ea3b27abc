import Synchronization
import TestKit
import Testing

@testable import Caching

/// Many tasks at once.
@Suite(.timeLimit(.minutes(2))) struct LocalCacheStressTests {
    /// Counts the values that exist.
    private final class Census: Sendable {
        let living = Atomic<Int>(0)
    }

    private final class Citizen: Sendable {
        let version: Int
        private let census: Census

        init(_ version: Int, _ census: Census) {
            self.version = version
            self.census = census
            census.living.add(1, ordering: .relaxed)
        }

        deinit {
            self.census.living.subtract(1, ordering: .relaxed)
        }
    }

    /// The truth behind the cache: each change raises the version of a key, and is announced afterwards.
    private final class Source: Sendable {
        private let versions = Mutex<[String: (current: Int, announced: Int)]>([:])

        func version(_ key: String) -> Int { self.versions.withLock { $0[key]?.current ?? 0 } }

        func announced(_ key: String) -> Int { self.versions.withLock { $0[key]?.announced ?? 0 } }

        func raise(_ key: String) -> Int {
            self.versions.withLock { versions in
                versions[key, default: (0, 0)].current += 1
                return versions[key]?.current ?? 0
            }
        }

        func announce(_ key: String, _ version: Int) {
            self.versions.withLock { versions in
                let known = versions[key]?.announced ?? 0
                versions[key]?.announced = max(known, version)
            }
        }
    }

    /// The derived key of a key.
    private static func derived(_ key: String) -> String { "derived \(key)" }

    @Test(arguments: Seed.corpus + [.fresh()])
    func `nobody gets what was changed before the call`(seed: Seed) async throws {
        let options = LocalCacheOptions(slots: 3, slotCapacity: 8, failureLifetime: .seconds(60))
        let cache = try LocalCache<Int>(options, name: "stress")
        let source = Source()
        let keys = (0..<12).map { "k\($0)" }
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                var generator = SeededGenerator(seed: seed.value &+ UInt64(worker))
                group.addTask {
                    for _ in 0..<1_500 {
                        let key = keys.randomElement(using: &generator) ?? ""
                        let pause = Int.random(in: 0..<3, using: &generator)
                        await Self.act(Int.random(in: 0..<10, using: &generator), key, keys, cache, source, pause, seed)
                    }
                }
            }
        }
        // Loads whose callers were cancelled may still be on their way out.
        #expect(try await eventually { cache.remains.flights == 0 })
        cache.removeAll()
        #expect(try await eventually { cache.remains.links == 0 })
        #expect(cache.count == 0)
    }

    private static func act(
        _ action: Int,
        _ key: String,
        _ keys: [String],
        _ cache: LocalCache<Int>,
        _ source: Source,
        _ pause: Int,
        _ seed: Seed
    ) async {
        @Sendable func load(_ key: String) async -> Int {
            let version = source.version(key)
            for _ in 0..<pause { await Task.yield() }
            return version
        }
        let announced = source.announced(key)
        var seen: [Int?] = []
        switch action {
        case 0...3: seen.append(try? await cache.get(key) { await load(key) })
        case 4...5:
            let value = try? await cache.get(Self.derived(key), linkedTo: [key]) {
                // By way of the cache, as one derived value is made from another.
                try await cache.get(key) { await load(key) }
            }
            seen.append(value)
        case 6:
            let batch = [key] + keys.prefix(4)
            let values = try? await cache.getBatch(
                batch,
                key: { $0 },
                load: { ids in
                    var reply: [String: Int] = [:]
                    for id in ids { reply[id] = await load(id) }
                    return reply
                }
            )
            seen.append(values?[key])
        case 7:
            let caller = Task { try await cache.get(key) { await load(key) } }
            caller.cancel()
            seen.append(try? await caller.value)
        case 8:
            let version = source.raise(key)
            cache.invalidate([key])
            source.announce(key, version)
        default:
            seen = [cache.value(forKey: key), cache.value(forKey: Self.derived(key))]
        }
        for value in seen.compactMap({ $0 }) where value < announced {
            Issue.record("\(seed): \(key) is \(value), \(announced) was announced before the call")
        }
    }

    @Test func `values, loads and links are freed`() async throws {
        let census = Census()
        weak var gone: LocalCache<Citizen>?
        do {
            let cache = try LocalCache<Citizen>(LocalCacheOptions(slots: 4, slotCapacity: 50), name: "leak")
            gone = cache
            for number in 0..<2_000 {
                let key = "k\(number % 400)"
                _ = try await cache.get(key, linkedTo: ["name \(number % 7)"]) { Citizen(number, census) }
                if number % 10 == 0 { cache.invalidate(["name \(number % 7)"]) }
                if number % 25 == 0 { cache.set(Citizen(number, census), forKey: key) }
                if number % 33 == 0 {
                    let caller = Task { try await cache.get("slow \(number)") { Citizen(number, census) } }
                    caller.cancel()
                    _ = try? await caller.value
                }
            }
            #expect(cache.count <= 200)
            #expect(try await eventually { cache.remains.flights == 0 })
            // A load that was cancelled may hold its value a little longer.
            #expect(try await eventually { census.living.load(ordering: .relaxed) == cache.count })
            cache.removeAll()
            #expect(try await eventually { census.living.load(ordering: .relaxed) == 0 && cache.remains.links == 0 })
            _ = try await cache.get("last") { Citizen(0, census) }
        }
        #expect(try await eventually { gone == nil && census.living.load(ordering: .relaxed) == 0 })
    }

    /// A value that uses the cache when it is freed.
    private final class Meddler: Sendable {
        private let cache: LocalCache<Meddler>

        init(_ cache: LocalCache<Meddler>) { self.cache = cache }

        deinit { _ = self.cache.value(forKey: "key") }
    }

    @Test func `a value that uses the cache while it is freed does not block`() throws {
        let cache = try LocalCache<Meddler>(LocalCacheOptions(slots: 1, slotCapacity: 2), name: "meddler")
        for number in 0..<10 { cache.set(Meddler(cache), forKey: "k\(number % 3)") }
        cache.set(Meddler(cache), forKey: "k0")
        cache.invalidate(["k0"])
        cache.removeAll()
        #expect(cache.count == 0)
    }
}
