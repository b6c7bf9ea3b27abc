import Foundation
import Kafka
import Logging
import TestKit
import Testing

extension KafkaDevSuites {
    /// What the mock cluster cannot show: times, static members, large backlogs.
    @Suite(.serialized, .timeLimit(.minutes(3))) struct KafkaConsumerBrokerTests {
        /// How long a body stands still: a minute with `LONG_TESTS=1`.
        private static let standstill: Duration =
            ProcessInfo.processInfo.environment["LONG_TESTS"] == "1" ? .seconds(60) : .seconds(6)
        private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

        private func configuration(_ broker: KafkaDevProcess) -> KafkaConsumerConfiguration {
            let connection = KafkaConnectionConfiguration(bootstrapServers: [broker.address], clientID: "test")
            return KafkaConsumerConfiguration(connection, groupID: "group", topics: ["t"], autoOffsetReset: .earliest)
        }

        private func produce(_ broker: KafkaDevProcess, _ records: [KafkaProducerRecord]) async throws {
            let connection = KafkaConnectionConfiguration(bootstrapServers: [broker.address], clientID: "fill")
            let producer = try KafkaProducer(KafkaProducerConfiguration(connection), logger: Self.logger)
            let running = Task { try await producer.run() }
            for result in await producer.send(records) { _ = try result.get() }
            running.cancel()
            try await running.value
        }

        /// Runs a member until `count` elements were noted.
        private func run<Element: Sendable>(
            _ configuration: KafkaConsumerConfiguration,
            until count: Int,
            _ body: @escaping @Sendable (KafkaPartition, Recorder<Element>) async throws -> Void
        ) async throws -> [Element] {
            let found = Recorder<Element>()
            let consumer = try KafkaConsumer(configuration, logger: Self.logger)
            let run = Task { try await consumer.run { try await body($0, found) } }
            await found.wait(for: count)
            run.cancel()
            try await run.value
            return found.elements
        }

        @Test func `reading begins at a time`() async throws {
            try await KafkaDevProcess.with(["--topic", "t:1"]) { broker in
                let records = (0..<100).map { index in
                    KafkaProducerRecord(
                        topic: "t",
                        partition: 0,
                        value: Array("\(index)".utf8),
                        timestamp: 1_700_000_000_000 + Int64(index) * 1000
                    )
                }
                try await self.produce(broker, records)
                let offsets: [Int64?] = try await self.run(self.configuration(broker), until: 4) { partition, found in
                    found.add(try await partition.offset(atMilliseconds: 1_700_000_040_000))
                    found.add(try await partition.offset(atMilliseconds: 1_800_000_000_000))
                    try await partition.start(at: .time(milliseconds: 1_700_000_029_500))
                    found.add(try await partition.nextBatch()?.first?.offset)
                    try await partition.start(at: .time(milliseconds: 1_800_000_000_000))
                    found.add(partition.position)
                }
                #expect(offsets == [40, nil, 30, 100])
            }
        }

        @Test func `a static member that comes back keeps its partitions without a rebalance`() async throws {
            try await KafkaDevProcess.with(["--topic", "t:4"]) { broker in
                var configuration = self.configuration(broker)
                configuration.sessionTimeout = .seconds(30)
                configuration.groupInstanceID = "a"
                let first = configuration
                configuration.groupInstanceID = "b"
                let second = configuration
                let owned = Recorder<UInt64>()
                let other = try KafkaConsumer(second, logger: Self.logger)
                let beside = Task { try await other.run { owned.add($0.generation) } }
                try await other.joined()
                let before: [Int32] = try await self.run(first, until: 2) { $1.add($0.partition) }
                try await Task.sleep(for: .milliseconds(500))
                let assignments = owned.elements.count
                let after: [Int32] = try await self.run(first, until: 2) { $1.add($0.partition) }
                #expect(Set(before) == Set(after))
                #expect(before.count == 2)
                try await Task.sleep(for: .milliseconds(500))
                #expect(owned.elements.count == assignments)
                beside.cancel()
                try await beside.value
            }
        }

        @Test func `of two static members with one name the older one ends with a fatal error`() async throws {
            try await KafkaDevProcess.with(["--topic", "t:1"]) { broker in
                var configuration = self.configuration(broker)
                configuration.heartbeatInterval = .milliseconds(300)
                configuration.groupInstanceID = "a"
                let older = try KafkaConsumer(configuration, logger: Self.logger)
                let first = Task { try await older.run { _ in } }
                try await older.joined()
                let newer = try KafkaConsumer(configuration, logger: Self.logger)
                let second = Task { try await newer.run { _ in } }
                let error = await #expect(throws: KafkaError.self) { try await first.value }
                #expect(error?.isFatal == true)
                second.cancel()
                try await second.value
            }
        }

        /// Produces batch after batch until the task is cancelled.
        ///
        /// - Returns: how many records.
        private func produceWithoutEnd(_ broker: KafkaDevProcess) async throws -> Int {
            let connection = KafkaConnectionConfiguration(bootstrapServers: [broker.address], clientID: "load")
            let producer = try KafkaProducer(KafkaProducerConfiguration(connection), logger: Self.logger)
            let running = Task { try await producer.run() }
            let batch = [KafkaProducerRecord](
                repeating: KafkaProducerRecord(topic: "t", partition: 0, value: [UInt8](repeating: 7, count: 250)),
                count: 1000
            )
            var count = 0
            while !Task.isCancelled {
                let results = await Task { await producer.send(batch) }.value
                for result in results { _ = try result.get() }
                count += results.count
            }
            running.cancel()
            try await running.value
            return count
        }

        @Test func `a body that stops reading under full production stays within its bound and goes on`() async throws {
            try await KafkaDevProcess.with(["--topic", "t:1"]) { broker in
                let producing = Task { try await self.produceWithoutEnd(broker) }
                defer { producing.cancel() }
                let seen: [(ahead: Int, memory: Int)] = try await self.run(self.configuration(broker), until: 1) {
                    partition,
                    found in
                    try await partition.start(at: .earliest)
                    var next = try await partition.nextBatch()?.last.map { $0.offset + 1 } ?? -1
                    let before = OwnProcess.residentMemory()
                    let end = ContinuousClock.now + Self.standstill
                    var most = (ahead: 0, memory: 0)
                    while ContinuousClock.now < end {
                        try await Task.sleep(for: .milliseconds(50))
                        most.ahead = max(most.ahead, partition.fetchedAhead)
                        most.memory = max(most.memory, OwnProcess.residentMemory() - before)
                    }
                    // It is still the owner, and what follows is what comes next.
                    for _ in 0..<100 {
                        let batch = try await partition.nextBatch() ?? []
                        #expect(batch.first?.offset == next)
                        next += Int64(batch.count)
                    }
                    found.add(most)
                }
                producing.cancel()
                let produced = try await producing.value
                print(
                    "standstill: \(produced) records, \(seen.first?.ahead ?? -1) ahead, \(seen.first?.memory ?? -1) bytes"
                )
                // 10,000 records by default, one fetch of 1 MiB, and a batch.
                #expect((seen.first?.ahead ?? .max) < 16_000)
                #expect((seen.first?.memory ?? .max) < 64 << 20)
                #expect(produced > 100_000, "that is no full production")
            }
        }

        @Test func `memory stays within the bound while a slow body has a large backlog`() async throws {
            try await KafkaDevProcess.with(["--topic", "t:1"]) { broker in
                let value = [UInt8](repeating: 7, count: 1000)
                for _ in 0..<20 {
                    try await self.produce(
                        broker,
                        (0..<5000).map { _ in KafkaProducerRecord(topic: "t", partition: 0, value: value) }
                    )
                }
                let before = OwnProcess.residentMemory()
                let seen: [(Int, Int)] = try await self.run(self.configuration(broker), until: 40) { partition, found in
                    try await partition.start(at: .earliest)
                    for try await batch in partition.batches {
                        #expect(batch.count <= 500)
                        try? await Task.sleep(for: .milliseconds(100))
                        found.add((partition.fetchedAhead, OwnProcess.residentMemory()))
                    }
                }
                let ahead = seen.map(\.0).max() ?? .max
                let growth = (seen.map(\.1).max() ?? .max) - before
                print("slow body: at most \(ahead) of 100,000 records ahead, \(growth >> 20) MiB more memory")
                // 4 MiB, one fetch of 1 MiB, and a batch.
                #expect(ahead < 7000)
                #expect(growth < 48 << 20)
            }
        }
    }
}
