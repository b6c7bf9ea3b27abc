import Kafka
import Logging
import MetricsTestKit
import ServerRuntime
import Testing

extension KafkaAdminSuites {
    @Suite struct Producing {
        /// All records of a partition.
        private func log(
            _ fixture: KafkaAdminFixture,
            _ topic: String,
            partition: Int32 = 0
        ) async throws
            -> [KafkaRecord]
        {
            let reader = try KafkaLogReader(fixture.connection, logger: KafkaAdminFixture.logger)
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

        @Test(arguments: KafkaCompression.allCases)
        func `keys, values, headers and times come back as they were`(compression: KafkaCompression) async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 1)
                var configuration = KafkaProducerConfiguration(fixture.connection)
                configuration.compression = compression
                let headers = [
                    KafkaHeader(key: "b", value: Array("1".utf8)), KafkaHeader(key: "a", value: nil),
                    KafkaHeader(key: "b", value: []),
                ]
                let sent = (0..<50).map { index in
                    KafkaProducerRecord(
                        topic: "a",
                        key: index % 2 == 0 ? nil : [UInt8(index)],
                        value: index % 3 == 0 ? nil : [UInt8](repeating: 5, count: index),
                        headers: headers,
                        timestamp: 1_700_000_000_000 + Int64(index)
                    )
                }
                let producer = try KafkaProducer(configuration, logger: KafkaAdminFixture.logger)
                try await fixture.running {
                    try await producer.run()
                } beside: {
                    for result in await producer.send(sent) { _ = try result.get() }
                }
                let found = try await self.log(fixture, "a")
                #expect(found.map(\.key) == sent.map(\.key))
                #expect(found.map(\.value) == sent.map(\.value))
                #expect(found.map(\.headers) == sent.map(\.headers))
                #expect(found.map(\.timestamp) == sent.map { $0.timestamp ?? 0 })
            }
        }

        @Test func `no acknowledged record is lost or doubled when the broker is killed`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 4)
                let producer = try KafkaProducer(
                    KafkaProducerConfiguration(fixture.connection),
                    logger: KafkaAdminFixture.logger
                )
                var acknowledged: [KafkaDelivery] = []
                try await fixture.running {
                    try await producer.run()
                } beside: {
                    async let results = withTaskGroup(of: [KafkaDelivery].self) { group in
                        for task in 0..<8 {
                            group.addTask { await self.sendForAWhile(producer, task: task) }
                        }
                        return await group.reduce(into: [KafkaDelivery]()) { $0 += $1 }
                    }
                    for _ in 0..<3 {
                        try await Task.sleep(for: .milliseconds(500))
                        fixture.broker.kill()
                        try fixture.broker.start()
                        try await fixture.broker.waitUntilReady()
                    }
                    try await producer.flush(deadline: .after(.seconds(60)))
                    acknowledged = await results
                    #expect(acknowledged.count > 100)
                    #expect(Set(acknowledged).count == acknowledged.count)
                }
                for partition in Int32(0)..<4 {
                    let records = try await self.log(fixture, "a", partition: partition)
                    #expect(Set(records.map(\.value)).count == records.count, "a record stands in the log twice")
                    let offsets = Set(acknowledged.filter { $0.partition == partition }.map(\.offset))
                    #expect(offsets.isSubset(of: records.map(\.offset)), "an acknowledged record is lost")
                }
            }
        }

        private func sendForAWhile(_ producer: KafkaProducer, task: Int) async -> [KafkaDelivery] {
            let end = ContinuousClock.now + .seconds(3)
            var deliveries: [KafkaDelivery] = []
            var index = 0
            while ContinuousClock.now < end {
                let records = (0..<5).map { offset in
                    KafkaProducerRecord(
                        topic: "a",
                        partition: Int32(task % 4),
                        value: Array("\(task)-\(index + offset)".utf8)
                    )
                }
                index += 5
                for result in await producer.send(records) {
                    switch result {
                    case .success(let delivery): deliveries.append(delivery)
                    case .failure(let error): Issue.record("\(error)")
                    }
                }
            }
            return deliveries
        }

        @Test func `a dead letter is sent again and is what it was`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 3)
                try await fixture.create("a.deadLetter", partitions: 1)
                try await fixture.produce([
                    KafkaProducerRecord(
                        topic: "a",
                        partition: 2,
                        key: [1],
                        value: [2],
                        headers: [KafkaHeader(key: "x", value: [3])],
                        timestamp: 1_700_000_000_000
                    )
                ])
                let original = try #require(try await self.log(fixture, "a", partition: 2).first)
                let producer = try KafkaProducer(
                    KafkaProducerConfiguration(fixture.connection),
                    logger: KafkaAdminFixture.logger
                )
                try await fixture.running {
                    try await producer.run()
                } beside: {
                    try await KafkaDeadLetters(producer: producer).add(original, reason: "cannot be read")
                    let letter = try KafkaDeadLetter(#require(try await self.log(fixture, "a.deadLetter").first))
                    #expect(letter.record == original)
                    _ = try await producer.send(#require(letter.redrive))
                }
                var again = try #require(try await self.log(fixture, "a", partition: 2).last)
                #expect(again.offset == 1)
                again.offset = 0
                #expect(again == original)
            }
        }

        @Test func `calls of the admin go on after a restart of the broker`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 1)
                fixture.broker.kill()
                let error = await #expect(throws: KafkaError.self) { () async throws in
                    _ = try await fixture.admin.listTopics(deadline: .after(.milliseconds(300)))
                }
                #expect(error?.isRetriable == true)
                try fixture.broker.start()
                try await fixture.broker.waitUntilReady()
                #expect(try await fixture.admin.listTopics(deadline: fixture.soon).map(\.name) == ["a"])
            }
        }

        @Test func `no thread of the cooperative pool waits for the admin`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 8)
                fixture.broker.kill()
                let gap = await withTaskGroup(of: Duration?.self) { group in
                    group.addTask { await self.longestGap(during: .seconds(2)) }
                    for _ in 0..<32 {
                        group.addTask {
                            let deadline = Deadline.after(.milliseconds(1500))
                            _ = try? await fixture.admin.describeTopics(["a"], deadline: deadline)
                            return nil
                        }
                    }
                    return await group.reduce(into: Duration.zero) { $0 = max($0, $1 ?? .zero) }
                }
                #expect(gap < .seconds(1), "the ticker stood still for \(gap)")
            }
        }

        private func longestGap(during time: Duration) async -> Duration {
            let end = ContinuousClock.now + time
            var longest = Duration.zero
            var last = ContinuousClock.now
            while last < end {
                // Not cancelled here.
                try? await Task.sleep(for: .milliseconds(1))
                longest = max(longest, ContinuousClock.now - last)
                last = .now
            }
            return longest
        }
    }
}
