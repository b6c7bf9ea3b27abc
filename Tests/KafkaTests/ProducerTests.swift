import CRdkafka
import Logging
import ServerRuntime
import Testing

@testable import Kafka

@Suite(.serialized, .timeLimit(.minutes(1))) struct ProducerTests {
    private static let logger = Logger(label: "test")

    /// All records of a partition, from its beginning.
    private func log(_ cluster: MockCluster, _ topic: String, partition: Int32 = 0) async throws -> [KafkaRecord] {
        let reader = try KafkaLogReader(Self.connection(cluster), logger: Self.logger)
        let deadline = Deadline.after(.seconds(20))
        let (low, high) = try await reader.watermarks(topic: topic, partition: partition, deadline: deadline)
        var records: [KafkaRecord] = []
        try await reader.read(topic: topic, partition: partition, from: low, to: high, deadline: deadline) {
            records += $0
        }
        return records
    }

    private static func connection(_ cluster: MockCluster) -> KafkaConnectionConfiguration {
        var connection = cluster.connection
        connection.additional = ["fetch.wait.max.ms": "10"]
        return connection
    }

    @Test(arguments: [
        ("user1_user2", 0, 3, 3), ("group1", 0, 7, 3), ("imAdmin_user1", 1, 7, 7), ("1234567890", 0, 4, 0),
    ])
    func `keys go to the partitions that other producers choose`(
        key: String,
        of3: Int32,
        of8: Int32,
        of12: Int32
    ) async throws {
        try await MockCluster.with(topics: ["three": 3, "eight": 8, "twelve": 12]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                for (topic, expected) in [("three", of3), ("eight", of8), ("twelve", of12)] {
                    let record = KafkaProducerRecord(topic: topic, key: Array(key.utf8), value: [1])
                    let delivery = try await producer.send(record)
                    #expect(delivery == KafkaDelivery(topic: topic, partition: expected, offset: 0))
                }
            }
        }
    }

    @Test func `headers keep their order, and absent and empty values stay apart`() async throws {
        let headers = [
            KafkaHeader(key: "operationID", value: Array("1700".utf8)),
            KafkaHeader(key: "opUserID", value: []),
            KafkaHeader(key: "platform", value: nil),
            KafkaHeader(key: "operationID", value: [0, 255]),
        ]
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                let sent = [
                    KafkaProducerRecord(
                        topic: "t",
                        key: [],
                        value: nil,
                        headers: headers,
                        timestamp: 1_700_000_000_123
                    ),
                    KafkaProducerRecord(topic: "t", key: nil, value: []),
                ]
                for result in await producer.send(sent) { _ = try result.get() }
            }
            let records = try await self.log(cluster, "t")
            #expect(records.count == 2)
            #expect(records.first?.headers == headers)
            #expect(records.first?.key == [])
            #expect(records.first?.value == nil)
            #expect(records.first?.timestamp == 1_700_000_000_123)
            #expect(records.last?.key == nil)
            #expect(records.last?.value == [])
            #expect(records.last?.headers == [])
        }
    }

    @Test func `256 tasks each get the report of their own record`() async throws {
        try await MockCluster.with(topics: ["t": 4]) { cluster in
            let deliveries = try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                try await withThrowingTaskGroup(of: KafkaDelivery.self) { group in
                    for index in 0..<256 {
                        group.addTask {
                            let value = Array("\(index)".utf8)
                            return try await producer.send(
                                KafkaProducerRecord(topic: "t", key: value, value: value)
                            )
                        }
                    }
                    return try await group.reduce(into: [KafkaDelivery]()) { $0.append($1) }
                }
            }
            #expect(Set(deliveries).count == 256)
            var values = Set<[UInt8]>()
            for partition in Int32(0)..<4 {
                for record in try await self.log(cluster, "t", partition: partition) {
                    values.insert(record.value ?? [])
                    #expect(deliveries.contains { $0.partition == partition && $0.offset == record.offset })
                }
            }
            #expect(values.count == 256)
        }
    }

    @Test func `a batch keeps its order in each partition and each outcome its place`() async throws {
        try await MockCluster.with(topics: ["t": 2]) { cluster in
            let results = try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                await producer.send(
                    (0..<2000).map {
                        KafkaProducerRecord(topic: "t", partition: Int32($0 % 2), value: Array("\($0)".utf8))
                    }
                )
            }
            for (index, result) in results.enumerated() {
                let delivery = try result.get()
                #expect(delivery.partition == Int32(index % 2))
                #expect(delivery.offset == Int64(index / 2))
            }
            #expect(results.count == 2000)
        }
    }

    @Test func `a record that is too large fails and those around it are stored`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.messageBytesMax = 10_000
            let results = try await withProducer(configuration) { producer in
                await producer.send(
                    [10, 50_000, 20].map {
                        KafkaProducerRecord(topic: "t", partition: 0, value: [UInt8](repeating: 7, count: $0))
                    }
                )
            }
            #expect(results.count == 3)
            #expect((try? results.first?.get()) != nil)
            #expect((try? results.last?.get()) != nil)
            guard results.count == 3, case .failure(let error) = results[1] else {
                Issue.record("the large record was accepted")
                return
            }
            #expect(error.code == .messageTooLarge)
            #expect(!error.mayHaveBeenApplied)
            #expect(error.topic == "t")
            #expect(try await self.log(cluster, "t").map { $0.value?.count } == [10, 20])
        }
    }

    @Test func `records wait while the broker is down and are delivered once it is up`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                _ = try await producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [0]))
                cluster.setDown()
                async let waiting = producer.send(
                    (1...50).map { KafkaProducerRecord(topic: "t", partition: 0, value: [UInt8($0)]) }
                )
                try await Task.sleep(for: .milliseconds(500))
                cluster.setUp()
                for result in await waiting { _ = try result.get() }
            }
            #expect(try await self.log(cluster, "t").map { $0.value ?? [] } == (0...50).map { [UInt8($0)] })
        }
    }

    @Test func `a full queue makes senders wait and loses nothing`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.queueRecordsMax = 10
            let results = try await withProducer(configuration) { producer in
                await producer.send(
                    (0..<500).map { KafkaProducerRecord(topic: "t", partition: 0, value: Array("\($0)".utf8)) }
                )
            }
            #expect(try results.map { try $0.get().offset } == (0..<500).map(Int64.init))
        }
    }

    @Test func `a record that cannot be delivered fails at its timeout`() async throws {
        var connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test")
        connection.additional = ["socket.connection.setup.timeout.ms": "1000"]
        var configuration = KafkaProducerConfiguration(connection)
        configuration.deliveryTimeout = .milliseconds(500)
        let start = ContinuousClock.now
        let result = try await withProducer(configuration) { producer in
            await producer.send([KafkaProducerRecord(topic: "t", value: [1])]).first
        }
        guard case .failure(let error)? = result else {
            Issue.record("delivered without a broker")
            return
        }
        #expect(error.code == .timedOut)
        #expect(error.isRetriable)
        #expect(start.duration(to: .now) < .seconds(8))
    }

    @Test func `a send before run waits for it, and one after the end is refused`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            let producer = try KafkaProducer(KafkaProducerConfiguration(cluster.connection), logger: Self.logger)
            async let early = producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [1]))
            let run = Task { try await producer.run() }
            #expect(try await early.offset == 0)
            run.cancel()
            try await run.value
            let error = await #expect(throws: KafkaError.self) {
                try await producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [2]))
            }
            #expect(error?.code == .closed)
        }
    }

    @Test func `a send without run gives up at the delivery timeout`() async throws {
        let connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test")
        var configuration = KafkaProducerConfiguration(connection)
        configuration.deliveryTimeout = .milliseconds(50)
        let producer = try KafkaProducer(configuration, logger: Self.logger)
        let error = await #expect(throws: KafkaError.self) {
            try await producer.send(KafkaProducerRecord(topic: "t", value: [2]))
        }
        #expect(error?.code == .notRunning)
    }

    @Test func `closing delivers what is under way`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.linger = .milliseconds(300)
            let producer = try KafkaProducer(configuration, logger: Self.logger)
            let run = Task { try await producer.run() }
            _ = try await producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [0]))
            async let results = producer.send(
                (0..<100).map { _ in KafkaProducerRecord(topic: "t", partition: 0, value: [1]) }
            )
            try await Task.sleep(for: .milliseconds(50))
            run.cancel()
            try await run.value
            #expect(await results.allSatisfy { (try? $0.get()) != nil })
        }
    }

    @Test func `closing without a broker ends at the flush timeout and every sender hears of it`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.flushTimeout = .milliseconds(300)
            let producer = try KafkaProducer(configuration, logger: Self.logger)
            let run = Task { try await producer.run() }
            _ = try await producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [0]))
            cluster.setDown()
            async let results = producer.send(
                (0..<100).map { _ in KafkaProducerRecord(topic: "t", partition: 0, value: [1]) }
            )
            try await Task.sleep(for: .milliseconds(50))
            let start = ContinuousClock.now
            run.cancel()
            try await run.value
            #expect(start.duration(to: .now) < .seconds(3))
            for result in await results {
                guard case .failure(let error) = result else {
                    Issue.record("delivered without a broker")
                    continue
                }
                #expect(error.code == .closed)
            }
        }
    }

    @Test func `errors of the broker that pass are overcome without a repeat`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            cluster.fail(
                apiKey: 0,
                [
                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT,
                    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                ]
            )
            let results = try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                await producer.send((0..<20).map { KafkaProducerRecord(topic: "t", partition: 0, value: [$0]) })
            }
            #expect(try results.map { try $0.get().offset } == (0..<20).map(Int64.init))
            #expect(try await self.log(cluster, "t").map { $0.value ?? [] } == (0..<20).map { [$0] })
        }
    }

    @Test func `a negative partition is refused`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                let error = await #expect(throws: KafkaError.self) {
                    try await producer.send(KafkaProducerRecord(topic: "t", partition: -2, value: [1]))
                }
                #expect(error?.code == .invalidArgument)
            }
        }
    }

    @Test func `a cancelled task sends nothing`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await producer.send([KafkaProducerRecord(topic: "t", partition: 0, value: [1])])
                }
                guard case .failure(let error)? = await task.value.first else {
                    Issue.record("sent by a cancelled task")
                    return
                }
                #expect(error.code == .cancelled)
            }
        }
    }
}
