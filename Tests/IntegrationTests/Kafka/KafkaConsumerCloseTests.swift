import Kafka
import Logging
import ServerRuntime
import TestKit
import Testing

/// A consumer that is cancelled ends within its deadline, whatever it is doing and whatever its broker does.
@Suite(.timeLimit(.minutes(2))) struct KafkaConsumerCloseTests {
    /// What the consumer is doing when it is cancelled.
    enum Moment: String, Sendable, CaseIterable {
        case brokerNeverThere, brokerSilent, joining, rebalancing, fetching, committing, brokerGone, brokerStalled
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A broker that can be stalled.
    private func broker(_ moment: Moment, _ folder: TemporaryFolder, port: Int) throws -> GuardedProcess {
        let delay = moment == .joining ? "3s" : "0ms"
        let arguments = [
            "--port", "\(port)", "--data", "\(folder.path)/data", "--topic", "t:2", "--initial-rebalance-delay",
            delay,
        ]
        return try GuardedProcess(BuiltProduct.path("kafka-dev"), arguments, outputPath: "\(folder.path)/log")
    }

    private func configuration(_ port: Int) -> KafkaConsumerConfiguration {
        let connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:\(port)"], clientID: "close")
        var configuration = KafkaConsumerConfiguration(
            connection,
            groupID: "group",
            topics: ["t"],
            autoOffsetReset: .earliest
        )
        configuration.queueRecordsMax = 100
        configuration.revocationTimeout = .seconds(1)
        configuration.leaveTimeout = .seconds(1)
        configuration.operationTimeout = .seconds(2)
        return configuration
    }

    private func fill(_ port: Int) async throws {
        let connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:\(port)"], clientID: "fill")
        let producer = try KafkaProducer(KafkaProducerConfiguration(connection), logger: Self.logger)
        let running = Task { try await producer.run() }
        let records = (0..<10_000).map { index in
            KafkaProducerRecord(topic: "t", partition: Int32(index % 2), value: [UInt8](repeating: 0, count: 100))
        }
        for result in await producer.send(records) { _ = try result.get() }
        running.cancel()
        try await running.value
    }

    @Test(arguments: Moment.allCases) func `a cancelled consumer ends within its deadline`(
        moment: Moment
    ) async throws {
        let folder = try TemporaryFolder("kafka-close")
        let port = try TestPorts.take()
        defer { TestPorts.release(port) }
        let broker = moment == .brokerNeverThere ? nil : try self.broker(moment, folder, port: port)
        if broker != nil {
            let isUp = try await eventually { LoopbackPort.accepts(port) }
            try #require(isUp)
        }
        if [.fetching, .committing, .brokerGone, .brokerStalled].contains(moment) { try await self.fill(port) }
        if moment == .brokerSilent { broker?.stall() }

        let configuration = self.configuration(port)
        let reading = Recorder<Int32>()
        let consumer = try KafkaConsumer(configuration, logger: Self.logger)
        let run = Task {
            try await consumer.run { partition in
                reading.add(partition.partition)
                try await partition.start(at: .committed)
                while let batch = try await partition.nextBatch() {
                    reading.add(partition.partition)
                    if moment == .committing {
                        broker?.stall()
                        try? await partition.commit((batch.last?.offset ?? 0) + 1)
                    }
                    try? await Task.sleep(for: .milliseconds(20))
                }
                // It outstays: only its cancellation ends it.
                try? await Task.sleep(for: .seconds(60))
            }
        }
        let other = try await self.prepare(moment, configuration, consumer, reading, broker)
        let start = ContinuousClock.now
        run.cancel()
        // A read that failed because the broker went away is the body's error.
        _ = await run.result
        let time = start.duration(to: .now)
        print("close while \(moment): \(time) of \(configuration.closeTimeout)")
        #expect(time < configuration.closeTimeout + .seconds(2))
        broker?.resume()
        other?.cancel()
        _ = await other?.result
        broker?.kill()
    }

    /// Brings the consumer to the moment.
    ///
    /// - Returns: another member that runs beside it.
    private func prepare(
        _ moment: Moment,
        _ configuration: KafkaConsumerConfiguration,
        _ consumer: KafkaConsumer,
        _ reading: Recorder<Int32>,
        _ broker: GuardedProcess?
    ) async throws -> Task<Void, any Error>? {
        switch moment {
        case .brokerNeverThere, .brokerSilent, .joining: try await Task.sleep(for: .milliseconds(700))
        case .fetching: await reading.wait(for: 4)
        case .committing:
            await reading.wait(for: 3)
            try await Task.sleep(for: .milliseconds(100))
        case .brokerGone:
            await reading.wait(for: 4)
            broker?.kill()
            try await Task.sleep(for: .milliseconds(200))
        case .brokerStalled:
            await reading.wait(for: 4)
            broker?.stall()
            try await Task.sleep(for: .milliseconds(200))
        case .rebalancing:
            try await consumer.joined()
            let second = try KafkaConsumer(configuration, logger: Self.logger)
            let run = Task { try await second.run { _ in } }
            // Its body has been asked for a partition by then and does not return.
            try await Task.sleep(for: .milliseconds(800))
            return run
        }
        return nil
    }
}
