import Metrics

/// What became of the invalidations that followed a commit at once.
final class DataChangeMetrics: Sendable {
    private let done: Counter
    private let failed: Counter

    init(factory: any MetricsFactory) {
        func counter(_ result: String) -> Counter {
            Counter(label: "im_data_changes_total", dimensions: [("invalidation", result)], factory: factory)
        }
        self.done = counter("done")
        self.failed = counter("left_to_relay")
    }

    func invalidated() {
        self.done.increment()
    }

    func leftToRelay() {
        self.failed.increment()
    }
}
