import Synchronization

@testable import Caching

/// The error of a loader.
struct LoadFailure: Error, Equatable {
    var number = 0
}

/// A cache whose time stands still until the test moves it.
struct LocalCacheFixture<Value: Sendable> {
    let cache: LocalCache<Value>
    let clock = LocalCacheClock.Manual()

    init(_ options: LocalCacheOptions = LocalCacheOptions(slots: 4, slotCapacity: 100)) throws {
        self.cache = try LocalCache(options, name: "test", clock: LocalCacheClock(manual: self.clock))
    }
}

extension LocalCache {
    /// Loads and links that the slots know of; both are zero when nothing is under way and nothing is linked.
    var remains: (flights: Int, links: Int) {
        self.slots.reduce((0, 0)) { sum, slot in
            slot.state.withLock { (sum.0 + $0.flightCount, sum.1 + $0.linkCount) }
        }
    }

    /// Waits until `count` callers have missed: they have joined a load, or are about to.
    func waitForMisses(_ count: Int) async {
        while self.counts.misses < count { await Task.yield() }
    }
}
