import Metrics
import ServerRuntime

/// The metrics of a `RocksCache`; docs/caching.md lists them.
final class RocksCacheMetrics: Sendable {
    private static let prefix = "im_rocks_cache"

    private let hits: Counter
    private let empties: Counter
    private let stales: Counter
    private let misses: Counter
    private let storedLoads: Counter
    private let lostLoads: Counter
    private let failedLoads: Counter
    private let loadDuration: Timer
    private let wokenWaits: Counter
    private let polledWaits: Counter
    private let invalidations: Counter
    private let failedInvalidations: Counter
    private let storeFailures: Counter
    private let undecodables: Counter
    private let equalChecks: Counter
    private let skippedChecks: Counter
    private let differences: Counter

    /// Makes the metrics with `factory`, once for the life of the cache.
    init(factory: any MetricsFactory) {
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: "\(Self.prefix)_\(name)", dimensions: dimensions, factory: factory)
        }
        self.hits = counter("reads_total", [("result", "hit")])
        self.empties = counter("reads_total", [("result", "empty")])
        self.stales = counter("reads_total", [("result", "stale")])
        self.misses = counter("reads_total", [("result", "miss")])
        self.storedLoads = counter("loads_total", [("result", "stored")])
        self.lostLoads = counter("loads_total", [("result", "lock_lost")])
        self.failedLoads = counter("loads_total", [("result", "failed")])
        self.loadDuration = Timer(label: "\(Self.prefix)_load_duration_seconds", dimensions: [], factory: factory)
        self.wokenWaits = counter("waits_total", [("end", "woken")])
        self.polledWaits = counter("waits_total", [("end", "polled")])
        self.invalidations = counter("invalidations_total", [("result", "done")])
        self.failedInvalidations = counter("invalidations_total", [("result", "failed")])
        self.storeFailures = counter("store_failures_total")
        self.undecodables = counter("undecodable_entries_total")
        self.equalChecks = counter("checks_total", [("result", "equal")])
        self.skippedChecks = counter("checks_total", [("result", "skipped")])
        self.differences = counter("checks_total", [("result", "different")])
    }

    // MARK: - Reads

    func hit(isEmpty: Bool) {
        (isEmpty ? self.empties : self.hits).increment()
    }

    func stale() {
        self.stales.increment()
    }

    func miss() {
        self.misses.increment()
    }

    /// A batch of so many keys was read, among them so many of the other kinds.
    func batch(_ count: Int, empty: Int, stale: Int, missing: Int) {
        let hits = count - empty - stale - missing
        for (counter, count) in [
            (self.hits, hits), (self.empties, empty), (self.stales, stale), (self.misses, missing),
        ]
        where count > 0 {
            counter.increment(by: count)
        }
    }

    // MARK: - Loads

    func loaded(since begin: Deadline, _ end: Deadline) {
        self.loadDuration.record(duration: begin.instant.duration(to: end.instant))
    }

    func loadFailed() {
        self.failedLoads.increment()
    }

    /// A loaded value was stored, or refused because the entry had changed hands or been invalidated.
    func stored(_ isStored: Bool) {
        (isStored ? self.storedLoads : self.lostLoads).increment()
    }

    func waited(isWoken: Bool) {
        (isWoken ? self.wokenWaits : self.polledWaits).increment()
    }

    // MARK: - Invalidations and failures

    func invalidated(_ count: Int, failed: Int) {
        if count > 0 { self.invalidations.increment(by: count) }
        if failed > 0 { self.failedInvalidations.increment(by: failed) }
    }

    func storeFailed() {
        self.storeFailures.increment()
    }

    func undecodable() {
        self.undecodables.increment()
    }

    // MARK: - Checks

    func checked(_ outcome: ConsistencyChecker.Outcome) {
        switch outcome {
        case .equal: self.equalChecks.increment()
        case .skipped: self.skippedChecks.increment()
        case .different: self.differences.increment()
        }
    }
}
