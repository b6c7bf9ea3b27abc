import Logging
import MetricsTestKit
import Testing

@testable import Kafka

@Suite(.serialized, .timeLimit(.minutes(1))) struct ConsumerStatisticsTests {
    @Test func `a consumer's statistics show its lag and go with it`() async throws {
        let metrics = TestMetrics()
        let labels = [("client", "test"), ("kind", "consumer"), ("group", "group")]
        func gauge(_ name: String, _ more: [(String, String)] = []) -> Double? {
            (try? metrics.expectMeter("im_kafka_\(name)", labels + more))?.lastValue
        }
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 10)
            var configuration = cluster.consumer(["t"])
            configuration.connection.statisticsInterval = .milliseconds(50)
            let consumer = try KafkaConsumer(configuration, logger: Logger(label: "test"), metrics: metrics)
            let run = Task {
                try await consumer.run { partition in
                    try await partition.start(at: .committed)
                    var seen = 0
                    while let batch = try await partition.nextBatch() {
                        seen += batch.count
                        if seen == 10 { try await partition.commit(7) }
                    }
                }
            }
            // The suite's time limit ends a test that waits in vain.
            while gauge("lag_records", [("topic", "t")]) != 3 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(gauge("brokers_connected") == 1)
            run.cancel()
            try await run.value
        }
        #expect(gauge("lag_records", [("topic", "t")]) == nil)
        #expect(gauge("brokers_connected") == 0)
    }
}
