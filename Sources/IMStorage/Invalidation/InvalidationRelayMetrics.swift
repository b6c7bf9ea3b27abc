import Metrics
import ServerRuntime

/// How the relay gets along.
final class InvalidationRelayMetrics: Sendable {
    private let relayed: Counter
    private let failures: Counter
    private let lag: Gauge

    init(factory: any MetricsFactory) {
        func counter(_ name: String) -> Counter {
            Counter(label: "im_invalidation_relay_\(name)_total", dimensions: [], factory: factory)
        }
        self.relayed = counter("rows")
        self.failures = counter("failures")
        self.lag = Gauge(label: "im_invalidation_relay_lag_seconds", dimensions: [], factory: factory)
    }

    func relayed(_ rows: Int) {
        self.relayed.increment(by: rows)
    }

    func failed() {
        self.failures.increment()
    }

    /// How much older than it should be the oldest row is.
    func lags(_ lag: Duration) {
        self.lag.record(max(.zero, lag) / .seconds(1))
    }
}
