import Metrics

/// How the transfers, the history writer and the archiver get along.
final class TransferMetrics: Sendable {
    private let claims: Counter
    private let doubts: Counter
    private let lookUps: Counter
    private let pauses: Counter
    private let pinned: Gauge
    private let void: [String: Counter]
    private let outside: [String: Counter]

    /// - Parameter factory: makes the metrics; the system's factory without one.
    init(factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricsSystem.factory
        func counter(_ name: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: "im_\(name)_total", dimensions: dimensions, factory: factory)
        }
        func readers(_ name: String) -> [String: Counter] {
            let readers = ["history", "archive", "transfer"].map { ($0, counter(name, [("reader", $0)])) }
            return Dictionary(uniqueKeysWithValues: readers)
        }
        self.claims = counter("transfer_claims")
        self.doubts = counter("transfer_doubts")
        self.lookUps = counter("transfer_look_ups")
        self.pauses = counter("transfer_pauses")
        self.pinned = Gauge(label: "im_transfer_pinned_messages", dimensions: [], factory: factory)
        self.void = readers("log_void_records")
        self.outside = readers("log_positions_outside")
    }

    /// A partition was taken over.
    func claimed() {
        self.claims.increment()
    }

    /// A partition is taken over again because its place in the log is in doubt.
    func doubted() {
        self.doubts.increment()
    }

    /// Messages were looked up in the history.
    func lookedUp(_ messages: Int) {
        self.lookUps.increment(by: messages)
    }

    /// A partition waits for the history.
    func paused() {
        self.pauses.increment()
    }

    /// Messages in memory that the history has not passed.
    func holds(pinned messages: Int) {
        self.pinned.record(messages)
    }

    /// Records were skipped because they do not count.
    func passedVoid(_ records: Int, reader: String) {
        self.void[reader]?.increment(by: records)
    }

    /// A position lies where the log has nothing: data was lost, or the log is another one.
    func outsideLog(_ reader: String) {
        self.outside[reader]?.increment()
    }
}
