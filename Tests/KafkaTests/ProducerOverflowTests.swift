import Logging
import MetricsTestKit
import ServerRuntime
import Testing

@testable import Kafka

/// Senders that wait because the producer's queue is full.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ProducerOverflowTests {
    private static func configuration(_ cluster: MockCluster) -> KafkaProducerConfiguration {
        var configuration = KafkaProducerConfiguration(cluster.connection)
        configuration.queueRecordsMax = 10
        return configuration
    }

    private static func record(_ value: String) -> KafkaProducerRecord {
        KafkaProducerRecord(topic: "t", partition: 0, value: Array(value.utf8))
    }

    /// Fills the queue and leaves `count` senders waiting, in their order; their outcomes are the tasks' values.
    private func waiting(
        _ count: Int,
        _ producer: KafkaProducer,
        _ metrics: TestMetrics
    ) async throws -> [Task<KafkaError.Code?, Never>] {
        var tasks: [Task<KafkaError.Code?, Never>] = []
        for index in 0..<10 + count {
            tasks.append(
                Task {
                    do throws(KafkaError) {
                        _ = try await producer.send(Self.record("\(index)"))
                        return nil
                    } catch {
                        return error.code
                    }
                }
            )
            if index >= 10 { try await self.wait(for: index - 9, metrics) }
            // The first ones fill the queue, whose length the metric does not show.
            if index < 10 { try await Task.sleep(for: .milliseconds(20)) }
        }
        return tasks
    }

    /// Waits until the metric shows so many waiting records; the suite's time limit ends what waits in vain.
    private func wait(for count: Int, _ metrics: TestMetrics) async throws {
        let labels = [("client", "test")]
        while (try? metrics.expectMeter("im_kafka_waiting_records", labels))?.lastValue != Double(count) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func withProducer<Result: Sendable>(
        _ configuration: KafkaProducerConfiguration,
        _ body: (KafkaProducer, TestMetrics) async throws -> Result
    ) async throws -> Result {
        let metrics = TestMetrics()
        let producer = try KafkaProducer(configuration, logger: Logger(label: "test"), metrics: metrics)
        let run = Task { try await producer.run() }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(producer, metrics))
        } catch {
            result = .failure(error)
        }
        run.cancel()
        try await run.value
        return try result.get()
    }

    @Test func `any number of senders wait for room, and all are served in their order`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await self.withProducer(Self.configuration(cluster)) { producer, metrics in
                _ = try await producer.send(Self.record("first"))
                cluster.setDown()
                let tasks = try await self.waiting(90, producer, metrics)
                cluster.setUp()
                for task in tasks { #expect(await task.value == nil) }
                try await self.wait(for: 0, metrics)
            }
            let reader = try KafkaLogReader(cluster.connection, logger: Logger(label: "test"))
            var values: [String] = []
            try await reader.read(topic: "t", partition: 0, from: 0, to: 101, deadline: .after(.seconds(20))) {
                values += $0.map { String(decoding: $0.value ?? [], as: UTF8.self) }
            }
            #expect(values == ["first"] + (0..<100).map { "\($0)" })
        }
    }

    @Test func `a sender who waits for room gives up at the delivery timeout`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = Self.configuration(cluster)
            configuration.deliveryTimeout = .seconds(3)
            try await self.withProducer(configuration) { producer, metrics in
                _ = try await producer.send(Self.record("first"))
                cluster.setDown()
                let tasks = try await self.waiting(40, producer, metrics)
                for task in tasks { #expect(await task.value == .timedOut) }
                try await self.wait(for: 0, metrics)
            }
        }
    }

    @Test func `a cancelled sender leaves the line at once and those behind it are served`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await self.withProducer(Self.configuration(cluster)) { producer, metrics in
                _ = try await producer.send(Self.record("first"))
                cluster.setDown()
                let tasks = try await self.waiting(30, producer, metrics)
                for task in tasks[15..<25] {
                    task.cancel()
                    #expect(await task.value == .cancelled)
                }
                try await self.wait(for: 20, metrics)
                cluster.setUp()
                for task in tasks[..<15] + tasks[25...] { #expect(await task.value == nil) }
            }
            let reader = try KafkaLogReader(cluster.connection, logger: Logger(label: "test"))
            let watermarks = try await reader.watermarks(topic: "t", partition: 0, deadline: .after(.seconds(20)))
            #expect(watermarks.high == 31)
        }
    }

    @Test func `cancelling a batch gives up only what has not been handed over`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await self.withProducer(Self.configuration(cluster)) { producer, metrics in
                _ = try await producer.send(Self.record("first"))
                cluster.setDown()
                let batch = Task { await producer.send((0..<25).map { Self.record("\($0)") }) }
                try await self.wait(for: 15, metrics)
                batch.cancel()
                try await self.wait(for: 0, metrics)
                cluster.setUp()
                let codes = await batch.value.map { result -> KafkaError.Code? in
                    guard case .failure(let error) = result else { return nil }
                    return error.code
                }
                #expect(codes == Array(repeating: nil, count: 10) + Array(repeating: .cancelled, count: 15))
            }
        }
    }

    @Test func `closing ends those who wait for room`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = Self.configuration(cluster)
            configuration.flushTimeout = .milliseconds(200)
            let tasks = try await self.withProducer(configuration) { producer, metrics in
                _ = try await producer.send(Self.record("first"))
                cluster.setDown()
                return try await self.waiting(20, producer, metrics)
            }
            for task in tasks { #expect(await task.value == .closed) }
        }
    }
}
