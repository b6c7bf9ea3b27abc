import Metrics

/// The metrics of a consumer; docs/kafka.md lists them.
///
/// Labels are the group, the topics of the configuration and numbers of partitions, all of them bounded.
final class KafkaConsumerMetrics: Sendable {
    private static let prefix = "im_kafka_consumer"

    /// How a commit ended.
    enum CommitResult: String, CaseIterable {
        case done, refused, failed
        case timedOut = "timed_out"
    }

    /// What happened to partitions.
    enum Movement: String, CaseIterable {
        case assigned, revoked, lost, overstayed
    }

    private let factory: any MetricsFactory
    private let group: String
    private let commits: [CommitResult: Counter]
    private let movements: [Movement: Counter]
    private let owned: Meter
    private let wakeUps: Counter

    /// Makes the metrics with `factory`, once for the life of the consumer.
    init(factory: any MetricsFactory, group: String) {
        func counter(_ name: String, _ dimensions: [(String, String)]) -> Counter {
            Counter(
                label: "\(Self.prefix)_\(name)",
                dimensions: [("group", group)] + dimensions,
                factory: factory
            )
        }
        self.factory = factory
        self.group = group
        self.commits = Dictionary(
            uniqueKeysWithValues: CommitResult.allCases.map {
                ($0, counter("commits_total", [("result", $0.rawValue)]))
            }
        )
        self.movements = Dictionary(
            uniqueKeysWithValues: Movement.allCases.map {
                ($0, counter("partitions_moved_total", [("event", $0.rawValue)]))
            }
        )
        self.owned = Meter(label: "\(Self.prefix)_partitions", dimensions: [("group", group)], factory: factory)
        self.wakeUps = counter("fetch_wake_ups_total", [])
    }

    func committed(_ error: KafkaError?) {
        let result: CommitResult =
            switch error?.code {
            case nil: .done
            case .timedOut: .timedOut
            case .notOwned, .rebalancing, .fenced, .closed: .refused
            default: .failed
            }
        self.commits[result]?.increment()
    }

    func moved(_ movement: Movement, _ count: Int = 1) {
        if count > 0 { self.movements[movement]?.increment(by: count) }
    }

    func owns(_ count: Int) {
        self.owned.set(count)
    }

    func wokeFetcher() {
        self.wakeUps.increment()
    }

    /// Makes the metrics of a partition that begins to be read.
    func partition(_ id: TopicPartition) -> PartitionMetrics {
        PartitionMetrics(factory: self.factory, prefix: Self.prefix, group: self.group, id: id)
    }
}
