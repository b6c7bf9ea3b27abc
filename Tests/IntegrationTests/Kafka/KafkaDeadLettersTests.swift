import Kafka
import Logging
import ServerRuntime
import Testing

extension KafkaAdminSuites {
    /// Dead letters against a broker: what is forwarded, read back, and sent again.
    @Suite struct KafkaDeadLettersTests {
        private static let headers = [
            KafkaHeader(key: "operationID", value: Array("1".utf8)), KafkaHeader(key: "b", value: nil),
            KafkaHeader(key: "a", value: []), KafkaHeader(key: "operationID", value: [0, 255]),
        ]
        private static let time: Int64 = 1_700_000_000_123
        private static let own = [
            "deadLetter.reason", "deadLetter.topic", "deadLetter.partition", "deadLetter.offset",
            "deadLetter.timestamp", "deadLetter.content",
        ]

        /// A record of topic `orders`, partition 1, as it is produced.
        private func record(value: [UInt8]?, headers: [KafkaHeader] = Self.headers) -> KafkaProducerRecord {
            KafkaProducerRecord(
                topic: "orders",
                partition: 1,
                key: Array("Ann".utf8),
                value: value,
                headers: headers,
                timestamp: Self.time
            )
        }

        /// Produces records, reads them, forwards what was read, and reads the letters.
        private func letters(
            of records: [KafkaProducerRecord],
            beside arguments: [String] = [],
            _ check:
                @escaping @Sendable (KafkaProducer, KafkaAdminFixture, [KafkaRecord], [KafkaRecord]) async throws
                -> Void
        ) async throws {
            try await KafkaAdminFixture.with(arguments) { fixture in
                try await fixture.create("orders", partitions: 2)
                try await fixture.create("orders.deadLetter", partitions: 1)
                try await fixture.produce(records)
                let originals = try await Self.log(fixture, "orders", partition: 1)
                let producer = try KafkaProducer(
                    KafkaProducerConfiguration(fixture.connection),
                    logger: KafkaAdminFixture.logger
                )
                try await fixture.running {
                    try await producer.run()
                } beside: {
                    let deadLetters = KafkaDeadLetters(producer: producer)
                    for (index, original) in originals.enumerated() {
                        let delivery = try await deadLetters.add(original, reason: "no amount")
                        #expect(
                            delivery == KafkaDelivery(topic: "orders.deadLetter", partition: 0, offset: Int64(index))
                        )
                    }
                    try await check(producer, fixture, originals, Self.log(fixture, "orders.deadLetter"))
                }
            }
        }

        private static func log(
            _ fixture: KafkaAdminFixture,
            _ topic: String,
            partition: Int32 = 0
        ) async throws -> [KafkaRecord] {
            var connection = fixture.connection
            connection.additional = ["fetch.wait.max.ms": "10"]
            let reader = try KafkaLogReader(connection, logger: KafkaAdminFixture.logger)
            let (low, high) = try await reader.watermarks(topic: topic, partition: partition, deadline: fixture.soon)
            var records: [KafkaRecord] = []
            try await reader.read(
                topic: topic,
                partition: partition,
                from: low,
                to: high,
                deadline: fixture.soon
            ) { records += $0 }
            return records
        }

        @Test(arguments: [[0, 255, 1], [], nil] as [[UInt8]?])
        func `a letter has its record's key, value and headers, and says where it stood`(value: [UInt8]?) async throws {
            try await self.letters(of: [self.record(value: value)]) { _, _, originals, letters in
                let original = try #require(originals.first)
                let raw = try #require(letters.first)
                #expect(letters.count == 1)
                #expect(raw.key == Array("Ann".utf8))
                #expect(raw.value == value)
                #expect(Array(raw.headers.prefix(Self.headers.count)) == Self.headers)
                #expect(raw.headers.dropFirst(Self.headers.count).map(\.key) == Self.own)
                #expect(raw.timestamp > Self.time, "a letter has the time of its making")
                let letter = try KafkaDeadLetter(raw)
                #expect(letter.record == original)
                #expect(letter.record.timestamp == Self.time)
                #expect(letter.reason == "no amount")
                #expect(letter.isComplete)
            }
        }

        @Test func `a record near the limit leaves its content behind, and its letter leads to it`() async throws {
            // The client's limit of 1,000,000 bytes takes the record, but not with six headers more.
            let large = self.record(value: [UInt8](repeating: 7, count: 999_950), headers: [])
            try await self.letters(of: [large, self.record(value: [1])]) { _, _, originals, letters in
                #expect(letters.count == 2)
                let raw = try #require(letters.first)
                // Compared first: a failure that shows the record would take half a minute to print.
                let isEmpty = raw.value == nil
                #expect(isEmpty)
                #expect(raw.headers.map(\.key) == Self.own)
                let letter = try KafkaDeadLetter(raw)
                let (isComplete, hasRedrive) = (letter.isComplete, letter.redrive != nil)
                #expect(!isComplete)
                #expect(!hasRedrive)
                #expect(letter.record.key == Array("Ann".utf8))
                let place = KafkaTopicPartition(topic: letter.record.topic, partition: letter.record.partition)
                #expect(place == KafkaTopicPartition(topic: "orders", partition: 1))
                #expect(originals.first { $0.offset == letter.record.offset }?.value?.count == 999_950)
                // The one behind it is whole.
                let next = try KafkaDeadLetter(#require(letters.last))
                #expect(next.isComplete)
            }
        }

        @Test func `a record that only the broker finds too large leaves its content behind`() async throws {
            try await KafkaAdminFixture.with(["--message-bytes", "20000"]) { fixture in
                try await fixture.create("orders.deadLetter", partitions: 1)
                let producer = try KafkaProducer(
                    KafkaProducerConfiguration(fixture.connection),
                    logger: KafkaAdminFixture.logger
                )
                let record = KafkaRecord(
                    topic: "orders",
                    partition: 3,
                    offset: 5,
                    value: [UInt8](repeating: 7, count: 30_000)
                )
                try await fixture.running {
                    try await producer.run()
                } beside: {
                    try await KafkaDeadLetters(producer: producer).add(record, reason: "no amount")
                    let letters = try await Self.log(fixture, "orders.deadLetter")
                    let letter = try KafkaDeadLetter(#require(letters.first))
                    #expect(letters.count == 1)
                    #expect(!letter.isComplete)
                    #expect(letter.record.partition == 3)
                    #expect(letter.record.offset == 5)
                }
            }
        }

        @Test func `a letter that fails again leads to the first record only through its letters`() async throws {
            try await self.letters(of: [self.record(value: [1])]) { producer, fixture, originals, letters in
                try await fixture.create("orders.deadLetter.deadLetter", partitions: 1)
                let first = try #require(letters.first)
                try await KafkaDeadLetters(producer: producer).add(first, reason: "still no amount")
                let second = try await Self.log(fixture, "orders.deadLetter.deadLetter")
                let outer = try KafkaDeadLetter(#require(second.first))
                #expect(outer.reason == "still no amount")
                #expect(outer.record == first)
                let inner = try KafkaDeadLetter(outer.record)
                #expect(inner.record == originals.first)
                let redrive = try #require(inner.redrive)
                let delivery = try await producer.send(redrive)
                #expect(delivery.topic == "orders")
                #expect(delivery.partition == 1)
                #expect(delivery.offset == 1)
                let again = try #require(try await Self.log(fixture, "orders", partition: 1).last)
                #expect(again.headers == Self.headers)
                #expect(again.timestamp == Self.time)
            }
        }
    }
}
