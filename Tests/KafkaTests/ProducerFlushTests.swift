import CRdkafka
import Logging
import MetricsTestKit
import ServerRuntime
import Testing

@testable import Kafka

@Suite(.serialized, .timeLimit(.minutes(1))) struct ProducerFlushTests {
    private static let logger = Logger(label: "test")

    @Test func `a flush sends at once what waits for more records`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.linger = .seconds(25)
            try await withProducer(configuration) { producer in
                let began = ContinuousClock.now
                async let result = producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [1]))
                // A flush covers what was handed over before: until then there is nothing to wait for.
                while ContinuousClock.now - began < .seconds(10) {
                    try await producer.flush(deadline: .after(.seconds(20)))
                    try await Task.sleep(for: .milliseconds(20))
                    let watermarks = try await KafkaLogReader(cluster.connection, logger: Self.logger)
                        .watermarks(topic: "t", partition: 0, deadline: .after(.seconds(10)))
                    if watermarks.high == 1 { break }
                }
                #expect(try await result.offset == 0)
                #expect(ContinuousClock.now - began < .seconds(15))
            }
        }
    }

    @Test func `closing sends at once what waits for more records`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.linger = .seconds(25)
            let producer = try KafkaProducer(configuration, logger: Self.logger)
            let run = Task { try await producer.run() }
            async let result = producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [1]))
            try await Task.sleep(for: .milliseconds(300))
            let began = ContinuousClock.now
            run.cancel()
            try await run.value
            #expect(try await result.offset == 0)
            #expect(ContinuousClock.now - began < .seconds(8))
        }
    }

    @Test func `a flush without a broker ends at its deadline and gives nothing up`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                _ = try await producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [0]))
                cluster.setDown()
                async let result = producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [1]))
                try await Task.sleep(for: .milliseconds(100))
                let error = await #expect(throws: KafkaError.self) { () async throws in
                    try await producer.flush(deadline: .after(.milliseconds(300)))
                }
                #expect(error?.code == .timedOut)
                cluster.setUp()
                try await producer.flush(deadline: .after(.seconds(30)))
                #expect(try await result.offset == 1)
            }
        }
    }

    @Test func `a flush ends while others go on sending`() async throws {
        try await MockCluster.with(topics: ["t": 4]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for partition in Int32(0)..<4 {
                        group.addTask {
                            while !Task.isCancelled {
                                let record = KafkaProducerRecord(topic: "t", partition: partition, value: [1])
                                _ = await producer.send(Array(repeating: record, count: 20))
                            }
                        }
                    }
                    try await Task.sleep(for: .milliseconds(100))
                    for _ in 0..<10 { try await producer.flush(deadline: .after(.seconds(20))) }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `many flushes at once end, each at its own deadline`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                _ = try await producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [0]))
                cluster.setDown()
                async let result = producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [1]))
                try await Task.sleep(for: .milliseconds(100))
                let outcomes = await withTaskGroup(of: Bool.self) { group in
                    for index in 0..<200 {
                        let deadline = Deadline.after(index % 2 == 0 ? .milliseconds(200) : .seconds(60))
                        group.addTask {
                            do throws(KafkaError) {
                                try await producer.flush(deadline: deadline)
                                return true
                            } catch {
                                return false
                            }
                        }
                    }
                    group.addTask {
                        // Not cancelled here.
                        try? await Task.sleep(for: .milliseconds(600))
                        cluster.setUp()
                        return true
                    }
                    return await group.reduce(into: [Bool]()) { $0.append($1) }
                }
                #expect(outcomes.count { $0 } == 101)
                _ = try await result
            }
        }
    }

    @Test func `a cancelled flush ends at once`() async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                _ = try await producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [0]))
                cluster.setDown()
                async let result = producer.send(KafkaProducerRecord(topic: "t", partition: 0, value: [1]))
                try await Task.sleep(for: .milliseconds(100))
                let flush = Task { () -> KafkaError.Code? in
                    do throws(KafkaError) {
                        try await producer.flush(deadline: .after(.seconds(60)))
                        return nil
                    } catch {
                        return error.code
                    }
                }
                try await Task.sleep(for: .milliseconds(100))
                flush.cancel()
                #expect(await flush.value == .cancelled)
                cluster.setUp()
                _ = try await result
            }
        }
    }

    @Test func `a closed producer cannot be flushed`() async throws {
        let connection = KafkaConnectionConfiguration(bootstrapServers: ["127.0.0.1:1"], clientID: "test")
        let producer = try KafkaProducer(KafkaProducerConfiguration(connection), logger: Self.logger)
        let run = Task { try await producer.run() }
        try await producer.flush(deadline: .after(.seconds(20)))
        run.cancel()
        try await run.value
        let error = await #expect(throws: KafkaError.self) { () async throws in
            try await producer.flush(deadline: .after(.seconds(20)))
        }
        #expect(error?.code == .closed)
    }

    @Test(arguments: [nil, []] as [[UInt8]?])
    func `records without a key go to the partition of the empty key`(key: [UInt8]?) async throws {
        try await MockCluster.with(topics: ["three": 3, "eight": 8, "twelve": 12]) { cluster in
            try await withProducer(KafkaProducerConfiguration(cluster.connection)) { producer in
                // FNV-1a of nothing is its offset basis, 0x811c9dc5, as int32 -2128831035.
                for (topic, expected) in [("three", Int32(0)), ("eight", 3), ("twelve", 3)] {
                    let records = (0..<5).map { _ in KafkaProducerRecord(topic: topic, key: key, value: [1]) }
                    let results = await producer.send(records)
                    let partitions = try results.map { try $0.get().partition }
                    #expect(partitions == Array(repeating: expected, count: 5))
                }
            }
        }
    }

    @Test(arguments: KafkaCompression.allCases)
    func `compressed records come back as they were`(compression: KafkaCompression) async throws {
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.compression = compression
            let value = [UInt8](repeating: 7, count: 5000)
            try await withProducer(configuration) { producer in
                let record = KafkaProducerRecord(topic: "t", partition: 0, value: value)
                for result in await producer.send(Array(repeating: record, count: 100)) { _ = try result.get() }
            }
            var connection = cluster.connection
            connection.additional = ["fetch.wait.max.ms": "10"]
            let reader = try KafkaLogReader(connection, logger: Self.logger)
            var count = 0
            try await reader.read(topic: "t", partition: 0, from: 0, to: 100, deadline: .after(.seconds(20))) { batch in
                count += batch.count { $0.value == value }
            }
            #expect(count == 100)
        }
    }

    @Test func `a producer's metrics tell what became of its records`() async throws {
        let metrics = TestMetrics()
        try await MockCluster.with(topics: ["t": 1]) { cluster in
            var configuration = KafkaProducerConfiguration(cluster.connection)
            configuration.connection.statisticsInterval = .milliseconds(50)
            configuration.messageBytesMax = 10_000
            let producer = try KafkaProducer(configuration, logger: Self.logger, metrics: metrics)
            let run = Task { try await producer.run() }
            let sizes = [10, 20, 50_000]
            _ = await producer.send(
                sizes.map { KafkaProducerRecord(topic: "t", partition: 0, value: [UInt8](repeating: 1, count: $0)) }
            )
            let labels = [("client", "test"), ("kind", "producer")]
            while true {
                let connected = (try? metrics.expectMeter("im_kafka_brokers_connected", labels))?.lastValue
                let sent = (try? metrics.expectCounter("im_kafka_records_sent_total", labels))?.totalValue
                if connected == 1, sent == 2 { break }
                // The suite's time limit ends a test that waits in vain.
                try await Task.sleep(for: .milliseconds(20))
            }
            run.cancel()
            try await run.value
        }
        let own = [("client", "test"), ("topic", "t")]
        #expect(try metrics.expectCounter("im_kafka_records_produced_total", own).totalValue == 2)
        let failed = try metrics.expectCounter("im_kafka_records_failed_total", own + [("code", "messageTooLarge")])
        #expect(failed.totalValue == 1)
        #expect(try !metrics.expectTimer("im_kafka_delivery_duration_seconds", [("client", "test")]).values.isEmpty)
        #expect(try metrics.expectMeter("im_kafka_waiting_records", [("client", "test")]).lastValue == 0)
    }
}
