import CRdkafka
import Glibc
import Logging
import Metrics
import Synchronization

/// Turns a client's statistics into metrics; docs/kafka.md lists them.
///
/// Labels are bounded: the first `brokersMax` brokers by id and the first `topicsMax` topics by name get series of their
/// own. A topic that the client does not read any more loses its series. `KafkaConsumerMetrics` shows single partitions.
final class StatisticsMetrics: Sendable {
    static let brokersMax = 64
    static let topicsMax = 64

    /// What a client's statistics are labelled with.
    struct Labels: Sendable {
        /// The configured `clientID`.
        var client: String
        /// `producer` or `consumer`.
        var kind: String
        /// The consumer group, where there is one.
        var group: String?

        fileprivate var dimensions: [(String, String)] {
            [("client", self.client), ("kind", self.kind)] + (self.group.map { [("group", $0)] } ?? [])
        }
    }

    private struct State {
        /// Totals of the client so far, by the name of the counter and its label.
        var totals: [String: Int64] = [:]
        var series: [Series: Meter] = [:]
    }

    private struct Series: Hashable {
        var name: String
        var label: String
        var value: String
    }

    private let factory: any MetricsFactory
    private let labels: Labels
    private let brokersConnected: Meter
    private let queueRecords: Meter
    private let queueBytes: Meter
    private let unread: Counter
    private let counters: [String: Counter]
    private let state = Mutex(State())

    /// Makes the metrics with `factory`, once for the life of a producer or consumer.
    init(_ labels: Labels, factory: any MetricsFactory) {
        self.labels = labels
        self.factory = factory
        func meter(_ name: String) -> Meter {
            Meter(label: "im_kafka_\(name)", dimensions: labels.dimensions, factory: factory)
        }
        func counter(_ name: String, _ more: [(String, String)] = []) -> Counter {
            Counter(label: "im_kafka_\(name)", dimensions: labels.dimensions + more, factory: factory)
        }
        self.brokersConnected = meter("brokers_connected")
        self.queueRecords = meter("queue_records")
        self.queueBytes = meter("queue_bytes")
        self.unread = counter("statistics_unread_total")
        var counters: [String: Counter] = [:]
        for name in Self.totalNames { counters[name] = counter(name) }
        for type in Self.errorTypes { counters[type] = counter("broker_errors_total", [("type", type)]) }
        self.counters = counters
    }

    private static let totalNames = [
        "requests_sent_total", "sent_bytes_total", "responses_received_total", "received_bytes_total",
        "records_sent_total", "records_received_total", "connects_total", "disconnects_total", "rebalances_total",
    ]
    private static let errorTypes = ["transmit", "receive", "timeout"]

    // MARK: - Events

    /// Takes the event of librdkafka that carries statistics; for the client's thread.
    func take(_ event: OpaquePointer, _ logger: Logger) {
        guard let text = rd_kafka_event_stats(event) else { return }
        let count = strlen(text)
        let bytes = UnsafeRawBufferPointer(start: text, count: count).bindMemory(to: UInt8.self)
        guard let statistics = ClientStatistics(json: bytes) else {
            self.unread.increment()
            logger.debug("kafka statistics cannot be read", metadata: ["kafka.statistics.bytes": "\(count)"])
            return
        }
        self.record(statistics)
    }

    /// A new client begins to count at zero.
    func clientStarted() {
        self.state.withLock { $0.totals = [:] }
    }

    /// The client has gone: gauges say so instead of keeping their last values.
    func clientEnded() {
        for meter in [self.brokersConnected, self.queueRecords, self.queueBytes] { meter.set(0) }
        self.replaceSeries([:])
    }

    /// Publishes statistics.
    func record(_ statistics: ClientStatistics) {
        let connected = statistics.brokers.filter { $0.isConnected && $0.id >= 0 }
        self.brokersConnected.set(Double(Set(connected.map(\.id)).count))
        let read = statistics.partitions.filter(\.isFetched)
        self.queueRecords.set(Double(Self.sum(read, from: statistics.queuedRecords, \.fetchedRecords)))
        self.queueBytes.set(Double(Self.sum(read, from: statistics.queuedBytes, \.fetchedBytes)))
        self.count(statistics)
        var values = self.brokerValues(statistics.brokers)
        values.merge(self.lagValues(read)) { $1 }
        self.replaceSeries(values)
    }

    private static func sum<Element>(_ elements: [Element], from first: Int64, _ value: (Element) -> Int64) -> Int64 {
        elements.reduce(first) { sum, element in
            let (result, isOverflow) = sum.addingReportingOverflow(value(element))
            return isOverflow ? .max : result
        }
    }

    // MARK: - Counters

    private func count(_ statistics: ClientStatistics) {
        let brokers = statistics.brokers
        let totals: [(String, Int64)] = [
            ("requests_sent_total", statistics.requestsSent), ("sent_bytes_total", statistics.bytesSent),
            ("responses_received_total", statistics.responsesReceived),
            ("received_bytes_total", statistics.bytesReceived), ("records_sent_total", statistics.recordsSent),
            ("records_received_total", statistics.recordsReceived),
            ("rebalances_total", statistics.rebalances),
            ("connects_total", Self.sum(brokers, from: 0, \.connects)),
            ("disconnects_total", Self.sum(brokers, from: 0, \.disconnects)),
            ("transmit", Self.sum(brokers, from: 0, \.transmitErrors)),
            ("receive", Self.sum(brokers, from: 0, \.receiveErrors)),
            ("timeout", Self.sum(brokers, from: 0, \.timeouts)),
        ]
        for (name, total) in totals {
            let growth = self.state.withLock { state -> Int64 in
                // A broker that librdkafka has forgotten takes its part of a sum away.
                defer { state.totals[name] = total }
                return max(0, total - (state.totals[name] ?? 0))
            }
            if growth > 0 { self.counters[name]?.increment(by: growth) }
        }
    }

    // MARK: - Series that come and go

    private func brokerValues(_ brokers: [ClientStatistics.Broker]) -> [Series: Double] {
        var values: [Series: Double] = [:]
        // Negative ids are addresses, which librdkafka replaces by brokers.
        let known = brokers.filter { $0.id >= 0 && !$0.isCoordinator }
        for broker in known.sorted(by: { $0.id < $1.id }).prefix(Self.brokersMax) {
            guard let time = broker.roundTripMicroseconds else { continue }
            values[Series(name: "broker_rtt_seconds", label: "broker", value: "\(broker.id)")] = Double(time) / 1e6
        }
        return values
    }

    private func lagValues(_ partitions: [ClientStatistics.Partition]) -> [Series: Double] {
        var values: [Series: Double] = [:]
        let topics = Set(partitions.map(\.topic)).sorted().prefix(Self.topicsMax)
        for topic in topics {
            let lags = partitions.compactMap { $0.topic == topic ? $0.lag : nil }
            guard !lags.isEmpty else { continue }
            values[Series(name: "lag_records", label: "topic", value: topic)] = Double(Self.sum(lags, from: 0) { $0 })
        }
        return values
    }

    private func replaceSeries(_ values: [Series: Double]) {
        let gone = self.state.withLock { state in
            let gone = state.series.filter { values[$0.key] == nil }
            for series in gone.keys { state.series[series] = nil }
            return gone.values
        }
        for meter in gone { meter.destroy() }
        for (series, value) in values { self.meter(series).set(value) }
    }

    private func meter(_ series: Series) -> Meter {
        if let known = self.state.withLock({ $0.series[series] }) { return known }
        let dimensions = self.labels.dimensions + [(series.label, series.value)]
        let meter = Meter(label: "im_kafka_\(series.name)", dimensions: dimensions, factory: self.factory)
        self.state.withLock { $0.series[series] = meter }
        return meter
    }
}
