import Metrics
import Synchronization

/// The metrics of a producer beside its statistics; docs/kafka.md lists them.
final class ProducerMetrics: Sendable {
    /// Topics with a label of their own; further ones share `other`.
    static let topicsMax = 64

    private struct Topic {
        var produced: Counter
        var failed: [KafkaError.Code: Counter] = [:]
    }

    private let client: String
    private let factory: any MetricsFactory
    private let latency: Timer
    private let waiting: Meter
    private let topics = Mutex<[String: Topic]>([:])

    /// Makes the metrics with `factory`, once for the life of the producer.
    init(client: String, factory: any MetricsFactory) {
        self.client = client
        self.factory = factory
        let dimensions = [("client", client)]
        self.latency = Timer(
            label: "im_kafka_delivery_duration_seconds",
            dimensions: dimensions,
            factory: factory
        )
        self.waiting = Meter(label: "im_kafka_waiting_records", dimensions: dimensions, factory: factory)
    }

    /// Records that the broker has acknowledged.
    func produced(_ count: Int, topic: String) {
        guard count > 0 else { return }
        let counter = self.topics.withLock { topics -> Counter in
            let label = self.label(topic, topics)
            let entry = topics[label] ?? self.make(label)
            topics[label] = entry
            return entry.produced
        }
        counter.increment(by: count)
    }

    /// A record that was given up.
    func failed(_ error: KafkaError, topic: String) {
        let counter = self.topics.withLock { topics -> Counter in
            let label = self.label(topic, topics)
            var entry = topics[label] ?? self.make(label)
            if let known = entry.failed[error.code] { return known }
            let counter = Counter(
                label: "im_kafka_records_failed_total",
                dimensions: [("client", self.client), ("topic", label), ("code", error.code.description)],
                factory: self.factory
            )
            entry.failed[error.code] = counter
            topics[label] = entry
            return counter
        }
        counter.increment()
    }

    /// How long a record took from its `send` to its report.
    func took(microseconds: Int64) {
        // -1 when the record was given up before it had a time.
        if microseconds >= 0 { self.latency.recordMicroseconds(microseconds) }
    }

    /// Records that wait for room.
    func waiting(_ count: Int) {
        self.waiting.set(Double(count))
    }

    private func label(_ topic: String, _ topics: [String: Topic]) -> String {
        topics[topic] != nil || topics.count < Self.topicsMax ? topic : "other"
    }

    private func make(_ label: String) -> Topic {
        Topic(
            produced: Counter(
                label: "im_kafka_records_produced_total",
                dimensions: [("client", self.client), ("topic", label)],
                factory: self.factory
            )
        )
    }
}
