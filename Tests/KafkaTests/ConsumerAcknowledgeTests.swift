import CRdkafka
import Logging
import MetricsTestKit
import Synchronization
import TestKit
import Testing

@testable import Kafka

/// Acknowledgement in any order, rebalances that take everything, and what is measured.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ConsumerAcknowledgeTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func configuration(
        _ cluster: MockCluster,
        interval: Duration = .milliseconds(50)
    ) -> KafkaConsumerConfiguration {
        var configuration = cluster.consumer(["t"])
        var window = KafkaAcknowledgementWindow()
        window.commitInterval = interval
        configuration.acknowledgementWindow = window
        return configuration
    }

    /// What a fresh member of the group finds as its committed offset.
    private func committed(_ cluster: MockCluster) async throws -> Int64? {
        let found = Recorder<Int64?>()
        let consumer = try KafkaConsumer(cluster.consumer(["t"]), logger: Self.logger)
        let run = Task { try await consumer.run { found.add(try await $0.committed()) } }
        await found.wait(for: 1)
        run.cancel()
        try await run.value
        return found.elements.first ?? nil
    }

    @Test func `what is acknowledged in any order is committed as far as nothing is open`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 100)
            let done = Recorder<Int64?>()
            let consumer = try KafkaConsumer(self.configuration(cluster), logger: Self.logger)
            let run = Task {
                try await consumer.run { partition in
                    try await partition.start(at: .committed)
                    var open: [KafkaRecord] = []
                    for try await batch in partition.batches {
                        open += batch
                        if open.count == 100 { break }
                    }
                    #expect(partition.position == 100)
                    #expect(partition.unacknowledged == 100)
                    // All but one, from the back.
                    for record in open.reversed() where record.offset != 40 { try partition.acknowledge(record) }
                    try await partition.commitAcknowledged()
                    #expect(try await partition.committed() == 40)
                    #expect(partition.acknowledgedEnd == 40)
                    try partition.acknowledge(open.filter { $0.offset == 40 })
                    done.add(partition.acknowledgedEnd)
                    // The end of the body: the rest is committed before the partition is given back.
                }
            }
            await done.wait(for: 1)
            run.cancel()
            try await run.value
            #expect(done.elements == [100])
            #expect(try await self.committed(cluster) == 100)
        }
    }

    @Test func `commits follow acknowledgements within the interval and a full window stops the reading`() async throws
    {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 100)
            var configuration = self.configuration(cluster)
            configuration.batchRecordsMax = 10
            configuration.acknowledgementWindow?.recordsMax = 30
            let consumer = try KafkaConsumer(configuration, logger: Self.logger)
            let seen = Recorder<KafkaRecord>()
            let owned = Recorder<KafkaPartition>()
            let run = Task {
                try await consumer.run { partition in
                    owned.add(partition)
                    try await partition.start(at: .earliest)
                    for try await batch in partition.batches { seen.add(batch) }
                }
            }
            await seen.wait(for: 30)
            try await Task.sleep(for: .milliseconds(300))
            #expect(seen.elements.count == 30)
            let partition = try #require(owned.elements.first)
            try partition.acknowledge(seen.elements.prefix(10))
            await seen.wait(for: 40)
            var committed: Int64?
            for _ in 0..<100 where committed != 10 {
                try await Task.sleep(for: .milliseconds(50))
                committed = try await partition.committed()
            }
            #expect(committed == 10)
            run.cancel()
            try await run.value
            let late = #expect(throws: KafkaError.self) { try partition.acknowledge(seen.elements.suffix(1)) }
            #expect(late?.code == .notOwned)
        }
    }

    @Test func `without a window there is nothing to acknowledge`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 1)
            let codes = Recorder<KafkaError.Code?>()
            let consumer = try KafkaConsumer(cluster.consumer(["t"]), logger: Self.logger)
            let run = Task {
                try await consumer.run { partition in
                    try await partition.start(at: .earliest)
                    let batch = try await partition.nextBatch() ?? []
                    let error = #expect(throws: KafkaError.self) { try partition.acknowledge(batch) }
                    codes.add(error?.code)
                }
            }
            await codes.wait(for: 1)
            run.cancel()
            try await run.value
            #expect(codes.elements == [.invalidArgument])
        }
    }

    @Test(arguments: [KafkaRebalanceProtocol.eagerRange, .eagerRoundRobin])
    func `an eager group hands everything over at each change and loses nothing`(
        rebalance: KafkaRebalanceProtocol
    ) async throws {
        try await MockCluster.with(topics: ["t": 4]) { cluster in
            for partition in Int32(0)..<4 { try await fill(cluster, "t", partition: partition, count: 500) }
            var configuration = self.configuration(cluster)
            configuration.rebalanceProtocol = rebalance
            let eager = configuration
            let seen = Recorder<(Int32, Int64)>()
            let generations = Recorder<Int32?>()
            let body: @Sendable (KafkaPartition) async throws -> Void = { partition in
                generations.add(partition.groupGeneration)
                try await partition.start(at: .committed)
                for try await batch in partition.batches {
                    seen.add(batch.map { ($0.partition, $0.offset) })
                    try partition.acknowledge(batch)
                }
            }
            let first = try KafkaConsumer(eager, logger: Self.logger)
            let second = try KafkaConsumer(eager, logger: Self.logger)
            let one = Task { try await first.run(body) }
            await seen.wait(for: 2000)
            let two = Task { try await second.run(body) }
            try await second.joined()
            for partition in Int32(0)..<4 { try await fill(cluster, "t", partition: partition, count: 10) }
            // Some come again: the mock refuses commits while a member joins.
            let isComplete = try await eventually(within: .seconds(30)) {
                (Int32(0)..<4).allSatisfy { partition in
                    Set(seen.elements.filter { $0.0 == partition }.map(\.1)) == Set(0..<510)
                }
            }
            #expect(isComplete)
            one.cancel()
            two.cancel()
            try await one.value
            try await two.value
            #expect(generations.elements.allSatisfy { ($0 ?? -1) > 0 }, "\(generations.elements)")
        }
    }

    @Test func `lag, position and commits are measured, and the meters go with the partition`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await fill(cluster, "t", count: 100)
            let metrics = TestMetrics()
            var configuration = self.configuration(cluster)
            configuration.batchRecordsMax = 10
            let consumer = try KafkaConsumer(configuration, logger: Self.logger, metrics: metrics)
            let lags = Recorder<Int64>()
            let run = Task {
                try await consumer.run { partition in
                    try await partition.start(at: .earliest)
                    let batch = try await partition.nextBatch() ?? []
                    try partition.acknowledge(batch)
                    try await partition.commitAcknowledged()
                    // The thread looks about once a second.
                    for _ in 0..<100 where partition.lag == nil { try await Task.sleep(for: .milliseconds(50)) }
                    try await Task.sleep(for: .milliseconds(1500))
                    lags.add(partition.lag ?? -1)
                    while try await partition.nextBatch() != nil {}
                }
            }
            await lags.wait(for: 1)
            #expect(lags.elements == [90])
            let labels = [("group", "group"), ("topic", "t"), ("partition", "0")]
            #expect(try metrics.expectMeter("im_kafka_consumer_lag_records", labels).lastValue == 90)
            #expect(try metrics.expectMeter("im_kafka_consumer_position", labels).lastValue == 10)
            let commits = [("group", "group"), ("result", "done")]
            #expect(try metrics.expectCounter("im_kafka_consumer_commits_total", commits).totalValue >= 1)
            run.cancel()
            try await run.value
            #expect(throws: (any Error).self) { try metrics.expectMeter("im_kafka_consumer_lag_records", labels) }
        }
    }
}
