import Metrics

/// The metrics of a local cache; all carry its name as the label `cache`.
///
/// Counts are gathered in the slots and handed over by `LocalCache.run()` every `reportInterval` and at its end, because
/// a metrics call for each hit would cost more than the hit.
struct LocalCacheMetrics: Sendable {
    private let hits: Counter
    private let misses: Counter
    private let loads: Counter
    private let evictions: Counter
    private let invalidations: Counter
    private let flushes: Counter
    private let entries: Gauge

    init(name: String, factory: any MetricsFactory) {
        func counter(_ what: String) -> Counter {
            Counter(label: "im_local_cache_\(what)_total", dimensions: [("cache", name)], factory: factory)
        }
        self.hits = counter("hits")
        self.misses = counter("misses")
        self.loads = counter("loads")
        self.evictions = counter("evictions")
        self.invalidations = counter("invalidations")
        self.flushes = counter("flushes")
        self.entries = Gauge(label: "im_local_cache_entries", dimensions: [("cache", name)], factory: factory)
    }

    func report(_ counts: LocalCacheCounts, entries: Int) {
        Self.add(counts.hits, to: self.hits)
        Self.add(counts.misses, to: self.misses)
        Self.add(counts.loads, to: self.loads)
        Self.add(counts.evictions, to: self.evictions)
        Self.add(counts.invalidations, to: self.invalidations)
        Self.add(counts.flushes, to: self.flushes)
        self.entries.record(entries)
    }

    private static func add(_ count: Int, to counter: Counter) {
        if count > 0 { counter.increment(by: count) }
    }
}
