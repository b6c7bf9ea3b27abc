import Metrics

/// The metrics of a bus.
struct CacheInvalidationMetrics: Sendable {
    private let received: Counter
    private let garbage: Counter
    private let published: Counter
    private let subscribed: Counter
    private let reconnected: Counter
    private let overrun: Counter
    private let isStanding: Gauge

    init(factory: any MetricsFactory) {
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: "im_cache_invalidation_\(name)_total", dimensions: dimensions, factory: factory)
        }
        self.received = counter("keys_received")
        self.garbage = counter("garbage")
        self.published = counter("keys_published")
        self.subscribed = counter("flushes", [("reason", "subscribed")])
        self.reconnected = counter("flushes", [("reason", "reconnected")])
        self.overrun = counter("flushes", [("reason", "buffer_full")])
        self.isStanding = Gauge(label: "im_cache_invalidation_standing", dimensions: [], factory: factory)
    }

    func published(_ count: Int) { self.published.increment(by: count) }

    func received(_ count: Int) { self.received.increment(by: count) }

    func receivedGarbage() { self.garbage.increment() }

    func began() {
        self.subscribed.increment()
        self.isStanding.record(1)
    }

    func ended() { self.isStanding.record(0) }

    func flushedAfterReconnection() { self.reconnected.increment() }

    func flushedAfterOverrun() { self.overrun.increment() }
}
