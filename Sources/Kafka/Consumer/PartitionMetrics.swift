import Metrics
import Synchronization

/// The metrics of one assigned partition; gone with the assignment.
final class PartitionMetrics: Sendable {
    private let records: Counter
    private let lag: Meter
    private let position: Meter
    private let fetchedAhead: Meter
    private let unacknowledged: Meter
    private let hasEnded = Atomic(false)

    init(factory: any MetricsFactory, prefix: String, group: String, id: TopicPartition) {
        let topic = [("group", group), ("topic", id.topic)]
        let dimensions = topic + [("partition", "\(id.partition)")]
        func meter(_ name: String) -> Meter {
            Meter(label: "\(prefix)_\(name)", dimensions: dimensions, factory: factory)
        }
        self.records = Counter(label: "\(prefix)_records_total", dimensions: topic, factory: factory)
        self.lag = meter("lag_records")
        self.position = meter("position")
        self.fetchedAhead = meter("fetched_ahead_records")
        self.unacknowledged = meter("unacknowledged_records")
    }

    func handedOn(_ count: Int) {
        self.records.increment(by: count)
    }

    /// Shows where the partition stands.
    func update(_ partition: KafkaPartition) {
        if let lag = partition.lag { self.lag.set(lag) }
        if let position = partition.position { self.position.set(position) }
        self.fetchedAhead.set(partition.fetchedAhead)
        if let count = partition.unacknowledged { self.unacknowledged.set(count) }
    }

    /// Takes the meters away: a partition that belongs to another member must not show a lag here for ever.
    func end() {
        // Once: the partition may have come back meanwhile, with meters of the same names.
        guard !self.hasEnded.exchange(true, ordering: .relaxed) else { return }
        for meter in [self.lag, self.position, self.fetchedAhead, self.unacknowledged] { meter.destroy() }
    }
}
