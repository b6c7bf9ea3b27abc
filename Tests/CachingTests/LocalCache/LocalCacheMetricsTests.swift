import MetricsTestKit
import Testing

@testable import Caching

/// What the metrics are told.
@Suite struct LocalCacheMetricsTests {
    @Test func `counts reach the metrics under the name of the cache`() async throws {
        let metrics = TestMetrics()
        let cache = try LocalCache<Int>(LocalCacheOptions(slots: 1, slotCapacity: 2), name: "user", metrics: metrics)
        for number in 0..<3 { _ = try await cache.get("k\(number)") { number } }
        _ = try await cache.get("k2") { 0 }
        _ = cache.value(forKey: "k2")
        _ = cache.value(forKey: "none")
        _ = try await cache.getBatch([8, 9], key: { "b\($0)" }, load: { _ in [:] })
        cache.invalidate(["k1", "k2"])
        cache.removeAll()
        cache.set(1, forKey: "k")
        let run = Task { try await cache.run() }
        run.cancel()
        try await run.value
        func counter(_ name: String) throws -> Int64 {
            try metrics.expectCounter("im_local_cache_\(name)_total", [("cache", "user")]).totalValue
        }
        #expect(try counter("hits") == 2)
        #expect(try counter("misses") == 6)
        #expect(try counter("loads") == 4)
        #expect(try counter("evictions") == 1)
        #expect(try counter("invalidations") == 2)
        #expect(try counter("flushes") == 1)
        #expect(try metrics.expectGauge("im_local_cache_entries", [("cache", "user")]).lastValue == 1)

        // Only what is new is added the next time.
        _ = cache.value(forKey: "k")
        cache.report()
        #expect(try counter("hits") == 3)
    }
}
