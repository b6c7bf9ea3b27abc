import CRdkafka
import Foundation
import Logging
import Synchronization
import TestKit
import Testing

@testable import Kafka

/// Members work while brokers fail in every way that the mock cluster knows.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ConsumerFaultTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let brokers = Int32(3)
    private static let partitions = Int32(4)
    private static let isLong = ProcessInfo.processInfo.environment["LONG_TESTS"] == "1"

    /// One fault, which passes.
    private func disturb(_ cluster: MockCluster, _ random: inout SeededGenerator) async throws {
        let broker = Int32.random(in: 1...Self.brokers, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0:
            cluster.setLeader("t", Int32.random(in: 0..<Self.partitions, using: &random), broker: broker)
        case 1: cluster.setCoordinator(group: "group", broker: broker)
        case 2:
            cluster.setDown(broker)
            try await Task.sleep(for: .milliseconds(300))
            cluster.setUp(broker)
        case 3:
            cluster.setRoundTrip(milliseconds: 150, broker: broker)
            try await Task.sleep(for: .milliseconds(400))
            cluster.setRoundTrip(milliseconds: 0, broker: broker)
        case 4: cluster.fail(apiKey: 1, [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT])
        case 5: cluster.fail(apiKey: 8, [RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_COORDINATOR])
        default: cluster.fail(apiKey: 12, [RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE])
        }
    }

    @Test(arguments: [Seed.fresh()])
    func `nothing is lost and no commit runs ahead while leaders, brokers and coordinators change`(
        seed: Seed
    ) async throws {
        try await MockCluster.with(brokers: Self.brokers, topics: ["t": Self.partitions]) { cluster in
            let history = ConsumerHistory()
            var configuration = cluster.consumer(["t"])
            var window = KafkaAcknowledgementWindow()
            window.commitInterval = .milliseconds(100)
            configuration.acknowledgementWindow = window
            configuration.batchRecordsMax = 20
            configuration.operationTimeout = .seconds(3)
            configuration.leaveTimeout = .seconds(2)
            let settings = configuration
            let consumer = try KafkaConsumer(settings, logger: Self.logger)
            let member = Task { try await consumer.run { try await history.work($0, seed: seed) } }
            try await consumer.joined()
            let count = try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                var random = seed.generator()
                var count: Int64 = 0
                for _ in 0..<(Self.isLong ? 400 : 40) {
                    for partition in 0..<Self.partitions {
                        let records = (0..<25).map { index in
                            KafkaProducerRecord(topic: "t", partition: partition, value: Array("\(index)".utf8))
                        }
                        for result in await producer.send(records) { _ = try result.get() }
                    }
                    count += 25
                    try await self.disturb(cluster, &random)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 50...250, using: &random)))
                }
                return count
            }
            let isComplete = try await eventually(within: .seconds(60)) {
                (0..<Self.partitions).allSatisfy { history.handedOn($0).count >= Int(count) }
            }
            #expect(isComplete, "\(seed): \((0..<Self.partitions).map { history.handedOn($0).count }) of \(count)")
            member.cancel()
            try await member.value
            #expect(history.violations == [], "\(seed)")
            print("faults, \(seed): \(count) records in each of \(Self.partitions) partitions")
        }
    }
}
