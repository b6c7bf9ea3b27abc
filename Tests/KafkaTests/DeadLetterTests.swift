import Logging
import MetricsTestKit
import ServerRuntime
import Testing

@testable import Kafka

@Suite(.serialized, .timeLimit(.minutes(1))) struct DeadLetterTests {
    private let record = KafkaRecord(
        topic: "t",
        partition: 1,
        offset: 42,
        timestamp: 1_700_000_000_123,
        key: Array("key".utf8),
        value: [0, 255, 1],
        headers: [
            KafkaHeader(key: "operationID", value: Array("1".utf8)), KafkaHeader(key: "operationID", value: []),
            KafkaHeader(key: "platform", value: nil), KafkaHeader(key: "deadLetter.topic", value: Array("lie".utf8)),
        ]
    )

    /// Forwards records and reads back what stands in the dead-letter topic.
    private func letters(
        of records: [KafkaRecord],
        reason: String = "broken",
        messageBytesMax: Int = 1_000_000,
        metrics: TestMetrics = TestMetrics()
    ) async throws -> [KafkaRecord] {
        try await MockCluster.with(topics: ["t.deadLetter": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.messageBytesMax = messageBytesMax
            try await withProducer(configuration) { producer in
                let deadLetters = KafkaDeadLetters(producer: producer, metrics: metrics)
                for record in records {
                    let delivery = try await deadLetters.add(record, reason: reason, kind: "format")
                    #expect(delivery.topic == "t.deadLetter")
                }
            }
            var connection = cluster.connection
            connection.additional = ["fetch.wait.max.ms": "10"]
            let reader = try KafkaLogReader(connection, logger: Logger(label: "test"))
            var found: [KafkaRecord] = []
            try await reader.read(
                topic: "t.deadLetter",
                partition: 0,
                from: 0,
                to: Int64(records.count),
                deadline: .after(.seconds(20))
            ) { found += $0 }
            return found
        }
    }

    @Test func `a dead letter leads back to its record`() async throws {
        let metrics = TestMetrics()
        let found = try await self.letters(of: [self.record], metrics: metrics)
        let letter = try KafkaDeadLetter(#require(found.first))
        #expect(letter.record == self.record)
        #expect(letter.reason == "broken")
        #expect(letter.isComplete)
        #expect(found.first.map { Array($0.headers.prefix(4)) } == self.record.headers)
        let redrive = try #require(letter.redrive)
        #expect(redrive.topic == "t")
        #expect(redrive.partition == 1)
        #expect(redrive.headers == self.record.headers)
        #expect(redrive.timestamp == self.record.timestamp)
        let counter = try metrics.expectCounter(
            "im_kafka_dead_letters_total",
            [("topic", "t"), ("reason", "format")]
        )
        #expect(counter.totalValue == 1)
    }

    @Test func `a dead letter of a dead letter leads back to the first one`() async throws {
        let first = try #require(try await self.letters(of: [self.record]).first)
        var second = first
        second.topic = "t"
        second.offset = 7
        let found = try await self.letters(of: [second], reason: "again")
        let letter = try KafkaDeadLetter(#require(found.first))
        #expect(letter.reason == "again")
        #expect(letter.record.offset == 7)
        #expect(letter.record.headers == first.headers)
        #expect(try KafkaDeadLetter(letter.record).record == self.record)
    }

    @Test func `absent and empty parts stay apart`() async throws {
        let records = [
            KafkaRecord(topic: "t", partition: 0, offset: 1, key: nil, value: nil),
            KafkaRecord(topic: "t", partition: 0, offset: 2, key: [], value: []),
        ]
        let found = try await self.letters(of: records).map { try KafkaDeadLetter($0).record }
        #expect(found == records)
        #expect(try await self.letters(of: records).map { try KafkaDeadLetter($0).redrive?.timestamp } == [nil, nil])
    }

    @Test func `a record too large for a letter is named without its content`() async throws {
        var large = self.record
        large.value = [UInt8](repeating: 1, count: 4900)
        large.headers = [KafkaHeader(key: "h", value: [1])]
        let found = try await self.letters(of: [large], messageBytesMax: 5000)
        let letter = try KafkaDeadLetter(#require(found.first))
        #expect(!letter.isComplete)
        #expect(letter.redrive == nil)
        #expect(letter.record.key == large.key)
        #expect(letter.record.value == nil)
        #expect(letter.record.offset == 42)
        #expect(letter.record.headers.isEmpty)
    }

    @Test func `a record whose key alone is too large is named without it`() async throws {
        var large = self.record
        large.key = [UInt8](repeating: 1, count: 4980)
        large.value = nil
        large.headers = []
        let found = try await self.letters(of: [large], messageBytesMax: 5000)
        let letter = try KafkaDeadLetter(#require(found.first))
        #expect(!letter.isComplete)
        #expect(letter.record.key == nil)
        #expect(letter.record.offset == 42)
    }

    @Test func `a long reason is cut between characters`() async throws {
        let found = try await self.letters(of: [self.record], reason: String(repeating: "👩‍👩‍👧ü", count: 500))
        let letter = try KafkaDeadLetter(#require(found.first))
        #expect(letter.reason.utf8.count <= KafkaDeadLetters.reasonBytesMax)
        #expect(letter.reason.utf8.count > KafkaDeadLetters.reasonBytesMax - 40)
        #expect(letter.reason.hasSuffix("…"))
        #expect(letter.reason.dropLast().allSatisfy { "👩‍👩‍👧ü".contains($0) })
    }

    @Test func `letters without time and content are read too`() throws {
        let headers = [("reason", "r"), ("topic", "t"), ("partition", "3"), ("offset", "9")].map {
            KafkaHeader(key: "deadLetter.\($0.0)", value: Array($0.1.utf8))
        }
        let old = KafkaRecord(topic: "t.deadLetter", partition: 0, offset: 0, value: [1], headers: headers)
        let letter = try KafkaDeadLetter(old)
        #expect(letter.record.partition == 3)
        #expect(letter.record.timestamp == -1)
        #expect(letter.isComplete)
    }

    @Test(arguments: [
        [], [("reason", "r")], [("reason", "r"), ("topic", "t"), ("partition", "x"), ("offset", "9")],
        [("reason", "r"), ("topic", "t"), ("partition", "1"), ("offset", "-9")],
        [("reason", "r"), ("topic", ""), ("partition", "1"), ("offset", "9")],
        [("reason", "r"), ("topic", "t"), ("partition", "1"), ("offset", "99999999999999999999")],
        [("topic", "t"), ("partition", "1"), ("offset", "9")],
    ])
    func `what is no dead letter is refused`(headers: [(String, String)]) {
        let record = KafkaRecord(
            topic: "d",
            partition: 0,
            offset: 0,
            headers: headers.map { KafkaHeader(key: "deadLetter.\($0.0)", value: Array($0.1.utf8)) }
        )
        let error = #expect(throws: KafkaError.self) { try KafkaDeadLetter(record) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.topic == "d")
    }
}
