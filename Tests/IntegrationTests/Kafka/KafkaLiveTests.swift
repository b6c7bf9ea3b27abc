import Glibc
import Kafka
import Logging
import ServerRuntime
import Synchronization
import TestKit
import Testing

@Suite(
    .serialized,
    .timeLimit(.minutes(1)),
    .enabled(if: Stack.kafka.isUp, "needs a broker: scripts/stack up kafka")
)
struct KafkaLiveTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A name of this run alone, because topics and groups outlive a test.
    private let run = "\(getpid())-\(UInt32.random(in: 0 ..< .max))"

    private var connection: KafkaConnectionConfiguration {
        KafkaConnectionConfiguration(
            bootstrapServers: ["\(Stack.kafka.host):\(Stack.kafka.port)"],
            clientID: "integration-tests"
        )
    }

    private func consumer(_ topic: String) throws -> KafkaConsumer {
        var configuration = KafkaConsumerConfiguration(
            self.connection,
            groupID: "group-\(self.run)",
            topics: [topic],
            autoOffsetReset: .earliest
        )
        configuration.sessionTimeout = .seconds(6)
        configuration.heartbeatInterval = .milliseconds(500)
        configuration.fetchWait = .milliseconds(10)
        return try KafkaConsumer(configuration, logger: Self.logger)
    }

    private func produce(_ records: [KafkaProducerRecord]) async throws -> [KafkaDelivery] {
        let producer = try KafkaProducer(KafkaProducerConfiguration(self.connection), logger: Self.logger)
        let running = Task { try await producer.run() }
        let results = await producer.send(records)
        running.cancel()
        try await running.value
        return try results.map { try $0.get() }
    }

    private func records(_ topic: String, _ values: Range<Int>) -> [KafkaProducerRecord] {
        values.map {
            KafkaProducerRecord(
                topic: topic,
                key: Array("key\($0 % 7)".utf8),
                value: Array("\($0)".utf8),
                headers: [KafkaHeader(key: "operationID", value: Array(self.run.utf8))]
            )
        }
    }

    /// Consumes until `count` records have come, commits after each batch, and leaves the group.
    private func consume(_ topic: String, _ count: Int) async throws -> [KafkaRecord] {
        let (batches, source) = AsyncStream.makeStream(of: [KafkaRecord].self)
        let consumer = try self.consumer(topic)
        let running = Task {
            defer { source.finish() }
            try await consumer.run { partition in
                try await partition.start(at: .committed)
                while let batch = try await partition.nextBatch() {
                    guard let last = batch.last else { continue }
                    try await partition.commit(last.offset + 1)
                    source.yield(batch)
                }
            }
        }
        var records: [KafkaRecord] = []
        for await batch in batches {
            records += batch
            if records.count >= count { break }
        }
        running.cancel()
        try await running.value
        return records
    }

    @Test func `what is produced is consumed once, and a second member goes on at the commit`() async throws {
        let topic = "live-\(self.run)"
        let deliveries = try await self.produce(self.records(topic, 0..<100))
        #expect(Set(deliveries).count == 100)
        let first = try await self.consume(topic, 100)
        #expect(
            first.compactMap { $0.value.flatMap { Int(String(decoding: $0, as: UTF8.self)) } }.sorted()
                == Array(0..<100)
        )
        #expect(first.allSatisfy { $0.headers == [KafkaHeader(key: "operationID", value: Array(self.run.utf8))] })

        _ = try await self.produce(self.records(topic, 100..<110))
        let second = try await self.consume(topic, 10)
        #expect(
            second.compactMap { $0.value.map { String(decoding: $0, as: UTF8.self) } }.sorted()
                == (100..<110).map { "\($0)" }
        )
    }

    @Test(arguments: ["toRedis", "toMongo", "toPush", "toOfflinePush"])
    func `the pipeline's topics exist with eight partitions`(topic: String) async throws {
        let reader = try KafkaLogReader(self.connection, logger: Self.logger)
        #expect(try await reader.partitionCount(topic: topic, deadline: .after(.seconds(10))) == 8)
    }

    @Test func `a log reader reads exactly what was produced to a partition`() async throws {
        let topic = "log-\(self.run)"
        let deliveries = try await self.produce(
            (0..<50).map { KafkaProducerRecord(topic: topic, partition: 0, value: [UInt8($0)]) }
        )
        var connection = self.connection
        connection.additional = ["fetch.wait.max.ms": "10"]
        let reader = try KafkaLogReader(connection, logger: Self.logger)
        let deadline = Deadline.after(.seconds(20))
        let (low, high) = try await reader.watermarks(topic: topic, partition: 0, deadline: deadline)
        #expect(high - low == 50)
        var records: [KafkaRecord] = []
        try await reader.read(topic: topic, partition: 0, from: low, to: high, deadline: deadline) { records += $0 }
        #expect(records.map(\.offset) == deliveries.map(\.offset))
        #expect(records.map { $0.value ?? [] } == (0..<50).map { [UInt8($0)] })
    }
}
