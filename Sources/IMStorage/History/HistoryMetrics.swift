import Metrics

/// What became of the messages that were to be stored.
final class HistoryMetrics: Sendable {
    private let stored: Counter
    private let repeated: Counter
    private let unstorable: [UnstorableMessage.Reason: Counter]

    init(factory: any MetricsFactory) {
        func counter(_ result: String) -> Counter {
            Counter(label: "im_history_messages_total", dimensions: [("result", result)], factory: factory)
        }
        self.stored = counter("stored")
        self.repeated = counter("repeated")
        let reasons = UnstorableMessage.Reason.allCases.map { ($0, counter("unstorable_\($0.rawValue)")) }
        self.unstorable = Dictionary(uniqueKeysWithValues: reasons)
    }

    /// `count` messages were taken, of which `repeats` stood in their slots before.
    func stored(_ count: Int, repeats: Int) {
        self.stored.increment(by: count - repeats)
        self.repeated.increment(by: repeats)
    }

    func unstorable(_ reason: UnstorableMessage.Reason) {
        self.unstorable[reason]?.increment()
    }
}
