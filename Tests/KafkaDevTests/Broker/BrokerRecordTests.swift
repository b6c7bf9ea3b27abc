import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct BrokerRecordTests {
    @Test func `records are stored and fetched, in every version`() async throws {
        try await BrokerFixture.with { broker in
            var expected: Int64 = 0
            for version in Int16(3)...9 {
                let result = try await broker.produce(TestBatch(timestamps: [1, 2]), version: version)
                #expect(result.error == .none)
                #expect(result.baseOffset == expected)
                expected += 2
            }
            let fetched = try await broker.fetch(from: 3)
            #expect(fetched.highWatermark == expected)
            let records = try #require(fetched.records)
            #expect(records.withUnsafeReadableBytes { RecordBatchHeader($0)?.baseOffset } == 2)
        }
    }

    @Test func `records older than version 3 of the request are refused in the answer`() async throws {
        try await BrokerFixture.with { (broker: BrokerFixture) async throws in
            for version in Int16(0)...2 {
                #expect(try await broker.produce(TestBatch(), version: version).error == .unsupportedVersion)
            }
        }
    }

    @Test func `a fetch waits for records and is answered when they come`() async throws {
        try await BrokerFixture.with { broker in
            let began = ContinuousClock.now
            async let waiting = broker.fetch(from: 0, wait: 20_000)
            // Another partition's records do not answer it.
            _ = try await broker.produce(TestBatch(), partition: 1)
            _ = try await broker.produce(TestBatch())
            #expect(try await waiting.records?.readableBytes == TestBatch().bytes.readableBytes)
            #expect(ContinuousClock.now - began < .seconds(10))
        }
    }

    @Test func `a fetch waits for as many bytes as it wants, and no longer than it said`() async throws {
        try await BrokerFixture.with { broker in
            let size = Int32(TestBatch().bytes.readableBytes)
            async let both = broker.fetch(from: 0, wait: 20_000, bytesMin: size + 1)
            _ = try await broker.produce(TestBatch())
            _ = try await broker.produce(TestBatch())
            #expect(try await both.records?.readableBytes == Int(size) * 2)
            let began = ContinuousClock.now
            #expect(try await broker.fetch(from: 2, wait: 50, connection: 2).records?.readableBytes == 0)
            #expect(ContinuousClock.now - began >= .milliseconds(50))
        }
    }

    @Test func `what makes no sense is refused with its reason`() async throws {
        try await BrokerFixture.with { broker in
            #expect(try await broker.produce(TestBatch(), topic: "no").error == .unknownTopicOrPartition)
            #expect(try await broker.produce(TestBatch(), partition: 2).error == .unknownTopicOrPartition)
            #expect(try await broker.produce(TestBatch(), partition: -1).error == .unknownTopicOrPartition)
            #expect(try await broker.fetch(from: 1).error == .offsetOutOfRange)
            #expect(try await broker.fetch(from: -1).error == .offsetOutOfRange)
            #expect(try await broker.fetch(from: 0, topic: "no").error == .unknownTopicOrPartition)
            #expect(try await broker.fetch(from: 0, partition: .min).error == .unknownTopicOrPartition)
            let session = try await broker.call(FetchAPI.self) { $0.sessionID = 5 }
            #expect(session.error == .fetchSessionNotFound)
        }
    }

    @Test func `a batch that comes again is stored once, also after a restart`() async throws {
        let files = ForgetfulFileLayer()
        let batch = TestBatch(timestamps: [1, 2], producerID: 5, epoch: 0, sequence: 0)
        try await BrokerFixture.with(files) { (broker: BrokerFixture) async throws in
            #expect(try await broker.produce(batch).baseOffset == 0)
            #expect(try await broker.produce(batch).baseOffset == 0)
        }
        try await BrokerFixture.with(files) { (broker: BrokerFixture) async throws in
            #expect(try await broker.produce(batch).baseOffset == 0)
            let next = TestBatch(producerID: 5, epoch: 0, sequence: 2)
            #expect(try await broker.produce(next).baseOffset == 2)
            let gap = TestBatch(producerID: 5, epoch: 0, sequence: 9)
            #expect(try await broker.produce(gap).error == .outOfOrderSequence)
        }
    }

    @Test func `with fsync records are confirmed and shown only when they are on the disk`() async throws {
        let files = ForgetfulFileLayer()
        try await BrokerFixture.with(files, setting: \.fsync, to: .always) { (broker: BrokerFixture) async throws in
            let before = files.syncs
            #expect(try await broker.produce(TestBatch()).error == .none)
            #expect(files.syncs > before)
            #expect(try await broker.fetch(from: 0).highWatermark == 1)
            files.failsSync = true
            #expect(try await broker.produce(TestBatch()).error == .storageError)
            #expect(try await broker.fetch(from: 0).highWatermark == 1)
            files.failsSync = false
            #expect(try await broker.produce(TestBatch()).error == .storageError)
            #expect(try await broker.produce(TestBatch(), partition: 1).error == .none)
        }
    }

    @Test func `producers that come together share a sync`() async throws {
        let files = ForgetfulFileLayer()
        try await BrokerFixture.with(files, setting: \.fsync, to: .always) { broker in
            let before = files.syncs
            try await withThrowingTaskGroup(of: ErrorCode.self) { group in
                for producer in 0..<200 {
                    group.addTask {
                        let batch = TestBatch(producerID: Int64(producer), epoch: 0, sequence: 0)
                        return try await broker.produce(batch).error
                    }
                }
                for try await error in group { #expect(error == .none) }
            }
            #expect(files.syncs - before < 200)
            #expect(try await broker.fetch(from: 0).highWatermark == 200)
        }
    }

    @Test func `a full disk is a storage error until there is room`() async throws {
        let files = ForgetfulFileLayer()
        try await BrokerFixture.with(files) { (broker: BrokerFixture) async throws in
            files.roomLeft = 30
            #expect(try await broker.produce(TestBatch()).error == .storageError)
            files.roomLeft = nil
            #expect(try await broker.produce(TestBatch()).baseOffset == 0)
        }
    }

    @Test func `producer ids are never given twice, also across restarts`() async throws {
        let files = ForgetfulFileLayer()
        var ids: Set<Int64> = []
        for _ in 0..<3 {
            try await BrokerFixture.with(files) { broker in
                for _ in 0..<5 {
                    let response = try await broker.call(InitProducerIDAPI.self)
                    #expect(response.error == .none)
                    #expect(ids.insert(response.producerID).inserted)
                }
                let transactional = try await broker.call(InitProducerIDAPI.self) { $0.transactionalID = "x" }
                #expect(transactional.error == .transactionalIDRefused)
            }
        }
    }

    @Test func `offsets are listed by end, beginning and time`() async throws {
        try await BrokerFixture.with { broker in
            _ = try await broker.produce(TestBatch(timestamps: [10, 30, 20]))
            func list(_ timestamp: Int64, version: Int16 = 7) async throws -> ListOffsetsAPI.PartitionResult? {
                try await broker.call(ListOffsetsAPI.self, version: version) {
                    $0.topics = [.init(name: "t", partitions: [.init(index: 0, timestamp: timestamp)])]
                }.topics.first?.partitions.first
            }
            for version in Int16(1)...7 {
                #expect(try await list(-1, version: version)?.offset == 3)
                #expect(try await list(-2, version: version)?.offset == 0)
                #expect(try await list(15, version: version)?.offset == 1)
                #expect(try await list(31, version: version)?.offset == -1)
            }
            #expect(try await list(-3)?.offset == 1)
            #expect(try await list(-3)?.timestamp == 30)
            #expect(try await list(-9)?.error == .invalidRequest)
        }
    }
}
