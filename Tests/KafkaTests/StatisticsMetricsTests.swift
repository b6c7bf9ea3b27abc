import Metrics
import MetricsTestKit
import Testing

@testable import Kafka

@Suite struct StatisticsMetricsTests {
    private let factory = TestMetrics()
    private let labels = [("client", "c"), ("kind", "consumer"), ("group", "g")]

    private var metrics: StatisticsMetrics {
        StatisticsMetrics(.init(client: "c", kind: "consumer", group: "g"), factory: self.factory)
    }

    private func gauge(_ name: String, _ more: [(String, String)] = []) -> Double? {
        (try? self.factory.expectMeter("im_kafka_\(name)", self.labels + more))?.lastValue
    }

    private func total(_ name: String, _ more: [(String, String)] = []) -> Int64? {
        (try? self.factory.expectCounter("im_kafka_\(name)", self.labels + more))?.totalValue
    }

    private func statistics(partitions: Int64, lag: Int64 = 2) -> ClientStatistics? {
        let json = #"{"tx":5}"#
        var statistics = Array(json.utf8).withUnsafeBufferPointer { ClientStatistics(json: $0) }
        statistics?.partitions = (0..<partitions).map {
            .init(
                topic: "t",
                partition: $0,
                isFetched: true,
                fetchedRecords: 1,
                fetchedBytes: 10,
                lag: lag
            )
        }
        return statistics
    }

    @Test func `totals become counters and values become gauges`() throws {
        let metrics = self.metrics
        var statistics = try #require(self.statistics(partitions: 2))
        statistics.brokers = [
            .init(id: 1, isConnected: true, timeouts: 2, roundTripMicroseconds: 2500), .init(id: -1, isConnected: true),
            .init(id: 2), .init(id: 1, isConnected: true, isCoordinator: true, roundTripMicroseconds: 9),
        ]
        metrics.record(statistics)
        statistics.requestsSent = 9
        metrics.record(statistics)
        #expect(self.total("requests_sent_total") == 9)
        #expect(self.total("broker_errors_total", [("type", "timeout")]) == 2)
        #expect(self.gauge("brokers_connected") == 1)
        #expect(self.gauge("queue_records") == 2)
        #expect(self.gauge("queue_bytes") == 20)
        #expect(self.gauge("broker_rtt_seconds", [("broker", "1")]) == 0.0025)
        #expect(self.gauge("lag_records", [("topic", "t")]) == 4)
    }

    @Test func `a new client counts from zero and nothing is counted twice`() throws {
        let metrics = self.metrics
        var statistics = try #require(self.statistics(partitions: 0))
        metrics.record(statistics)
        metrics.clientEnded()
        metrics.clientStarted()
        statistics.requestsSent = 3
        metrics.record(statistics)
        #expect(self.total("requests_sent_total") == 8)
    }

    @Test func `topics beyond the limit have no series`() throws {
        let metrics = self.metrics
        var statistics = try #require(self.statistics(partitions: 0))
        statistics.partitions = (0..<StatisticsMetrics.topicsMax + 44).map {
            .init(topic: "t\($0)", partition: 0, isFetched: true, fetchedRecords: 1, lag: 1)
        }
        metrics.record(statistics)
        #expect(self.series("lag_records") == StatisticsMetrics.topicsMax)
        #expect(self.gauge("queue_records") == Double(statistics.partitions.count))
    }

    @Test func `a topic that is read no more loses its series`() throws {
        let metrics = self.metrics
        metrics.record(try #require(self.statistics(partitions: 2)))
        #expect(self.series("lag_records") == 1)
        metrics.record(try #require(self.statistics(partitions: 0)))
        #expect(self.series("lag_records") == 0)
        metrics.clientEnded()
        #expect(self.gauge("brokers_connected") == 0)
    }

    private func series(_ name: String) -> Int {
        self.factory.meters.count { $0.label == "im_kafka_\(name)" }
    }
}
