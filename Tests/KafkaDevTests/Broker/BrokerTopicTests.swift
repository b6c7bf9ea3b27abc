import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite struct BrokerTopicTests {
    private func topic(
        _ name: String,
        partitions: Int32 = 1,
        _ configs: [String: String] = [:]
    ) -> CreateTopicsAPI.Topic {
        var topic = CreateTopicsAPI.Topic()
        topic.name = name
        topic.partitionCount = partitions
        topic.replicationFactor = 1
        topic.configs = configs.map { .init(name: $0.key, value: $0.value) }
        return topic
    }

    @Test func `topics are made, told, grown, removed, and there after a restart`() async throws {
        let files = ForgetfulFileLayer()
        try await BrokerFixture.with(files) { broker in
            let made = try await broker.call(CreateTopicsAPI.self) {
                $0.topics = [self.topic("a", partitions: 3, ["retention.ms": "5000"]), self.topic("b")]
            }
            #expect(made.topics.map(\.error) == [.none, .none])
            let grown = try await broker.call(CreatePartitionsAPI.self) {
                $0.topics = [
                    .init(name: "a", count: 5, assignments: nil), .init(name: "b", count: 1, assignments: nil),
                ]
            }
            #expect(grown.topics.map(\.error) == [.none, .invalidPartitions])
            #expect(try await broker.produce(TestBatch(), topic: "a", partition: 4).error == .none)
            let removed = try await broker.call(DeleteTopicsAPI.self) { $0.names = ["b", "none"] }
            #expect(removed.topics.map(\.error) == [.none, .unknownTopicOrPartition])
        }
        try await BrokerFixture.with(files) { broker in
            for version in APIKey.metadata.versions {
                let metadata = try await broker.call(MetadataAPI.self, version: version) { $0.topics = nil }
                #expect(metadata.topics.map(\.name) == ["a", "t"])
                #expect(metadata.topics.first?.partitions.count == 5)
                #expect(metadata.brokers.map(\.port) == [9])
            }
            #expect(try await broker.fetch(from: 0, topic: "a", partition: 4).highWatermark == 1)
            let configs = try await broker.call(DescribeConfigsAPI.self) {
                $0.resources = [.init(kind: 2, name: "a", keys: ["retention.ms"]), .init(kind: 4, name: "1")]
            }
            #expect(configs.results.first?.configs.map(\.value) == ["5000"])
            #expect(configs.results.last?.configs.isEmpty == false)
        }
    }

    @Test func `a topic that is made anew has nothing of the old one`() async throws {
        try await BrokerFixture.with { broker in
            _ = try await broker.produce(TestBatch())
            _ = try await broker.call(OffsetCommitAPI.self) {
                $0.group = "g"
                $0.topics = [.init(name: "t", partitions: [.init(index: 0, offset: 1)])]
            }
            async let waiting = broker.fetch(from: 1, wait: 20_000, connection: 7)
            _ = try await broker.call(DeleteTopicsAPI.self) { $0.names = ["t"] }
            #expect(try await waiting.error == .unknownTopicOrPartition)
            _ = try await broker.call(CreateTopicsAPI.self) { $0.topics = [self.topic("t")] }
            #expect(try await broker.fetch(from: 0).highWatermark == 0)
            let offsets = try await broker.call(OffsetFetchAPI.self) { $0.group = "g" }
            #expect(offsets.topics.isEmpty)
        }
    }

    @Test func `what a topic cannot be is refused with its reason`() async throws {
        try await BrokerFixture.with(setting: \.limits.partitionsMax, to: 10) { broker in
            func result(_ topic: CreateTopicsAPI.Topic) async throws -> ErrorCode? {
                try await broker.call(CreateTopicsAPI.self) { $0.topics = [topic] }.topics.first?.error
            }
            #expect(try await result(self.topic("t")) == .topicAlreadyExists)
            #expect(try await result(self.topic("a/b")) == .invalidTopic)
            #expect(try await result(self.topic("..")) == .invalidTopic)
            #expect(try await result(self.topic(String(repeating: "x", count: 250))) == .invalidTopic)
            #expect(try await result(self.topic("a", partitions: 0)) == .invalidPartitions)
            #expect(try await result(self.topic("a", partitions: 9)) == .policyViolation)
            #expect(try await result(self.topic("a", partitions: .max)) == .policyViolation)
            #expect(try await result(self.topic("a", ["cleanup.policy": "compact"])) == .invalidConfig)
            #expect(try await result(self.topic("a", ["retention.ms": "soon"])) == .invalidConfig)
            #expect(try await result(self.topic("a", ["unknown": "1"])) == .invalidConfig)
            var replicated = self.topic("a")
            replicated.replicationFactor = 3
            #expect(try await result(replicated) == .invalidReplicationFactor)
            let validated = try await broker.call(CreateTopicsAPI.self) {
                $0.topics = [self.topic("a")]
                $0.onlyValidates = true
            }
            #expect(validated.topics.first?.error == ErrorCode.none)
            let metadata = try await broker.call(MetadataAPI.self) { $0.topics = nil }
            #expect(metadata.topics.map(\.name) == ["t"])
        }
    }

    @Test func `an unknown topic is made on demand, unless that is off`() async throws {
        try await BrokerFixture.with(setting: \.autoCreatedPartitions, to: 3) { broker in
            let made = try await broker.call(MetadataAPI.self) {
                $0.topics = [.init(name: "new"), .init(name: "b ad")]
            }
            #expect(made.topics.map(\.error) == [.none, .invalidTopic])
            #expect(made.topics.first?.partitions.count == 3)
            let asked = try await broker.call(MetadataAPI.self) {
                $0.topics = [.init(name: "other")]
                $0.allowsCreation = false
            }
            #expect(asked.topics.first?.error == .unknownTopicOrPartition)
        }
        try await BrokerFixture.with(setting: \.autoCreatedPartitions, to: nil) { broker in
            let metadata = try await broker.call(MetadataAPI.self) { $0.topics = [.init(name: "new")] }
            #expect(metadata.topics.first?.error == .unknownTopicOrPartition)
        }
    }

    @Test func `deleted records stay deleted`() async throws {
        let files = ForgetfulFileLayer()
        try await BrokerFixture.with(files) { broker in
            for _ in 0..<5 { _ = try await broker.produce(TestBatch()) }
            func delete(_ offset: Int64) async throws -> DeleteRecordsAPI.PartitionResult? {
                try await broker.call(DeleteRecordsAPI.self) {
                    $0.topics = [.init(name: "t", partitions: [.init(index: 0, offset: offset)])]
                }.topics.first?.partitions.first
            }
            #expect(try await delete(3)?.lowWatermark == 3)
            #expect(try await delete(6)?.error == .offsetOutOfRange)
            #expect(try await broker.fetch(from: 2).error == .offsetOutOfRange)
        }
        try await BrokerFixture.with(files) { broker in
            #expect(try await broker.fetch(from: 3).logStartOffset == 3)
            let all = try await broker.call(DeleteRecordsAPI.self) {
                $0.topics = [.init(name: "t", partitions: [.init(index: 0, offset: -1)])]
            }
            #expect(all.topics.first?.partitions.first?.lowWatermark == 5)
        }
    }

    @Test func `the catalog is read back alike, and what is none is refused`() throws {
        var catalog = TopicCatalog(clusterID: "abc")
        var config = TopicConfig()
        try config.set("retention.ms", "1")
        try config.set("segment.bytes", "4096")
        _ = catalog.add("one", partitions: 3, config: config)
        _ = catalog.add("two", partitions: 1, config: TopicConfig())
        catalog.remove("two")
        catalog.grow("one", to: 9)
        #expect(TopicCatalog(catalog.content) == catalog)
        for text in ["", "kafka-dev 2 a 1\n", "kafka-dev 1 a 1\n1 x\n", "kafka-dev 1 a 1\n1 x 0\n", "\u{0}\n"] {
            #expect(TopicCatalog(Array(text.utf8)) == nil, "\(text)")
        }
    }
}
