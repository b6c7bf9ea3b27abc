import Kafka
import ServerRuntime
import Testing

extension KafkaAdminSuites {
    @Suite struct Topics {
        @Test func `topics are created, listed, described and deleted`() async throws {
            try await KafkaAdminFixture.with { fixture in
                let admin = fixture.admin
                let created = try await admin.createTopics(
                    [
                        KafkaNewTopic("b", partitions: 3, replication: 1),
                        KafkaNewTopic("a", partitions: 1, configs: ["retention.ms": "60000"]),
                    ],
                    deadline: fixture.soon
                )
                #expect(created.keys.sorted() == ["a", "b"])
                for result in created.values { try result.get() }
                let listed = try await admin.listTopics(deadline: fixture.soon)
                #expect(listed == [.init(name: "a", partitionCount: 1), .init(name: "b", partitionCount: 3)])
                let described = try await admin.describeTopics(["b", "none"], deadline: fixture.soon)
                let topic = try described["b"]?.get()
                #expect(topic?.partitions.map(\.partition) == [0, 1, 2])
                #expect(topic?.partitions.allSatisfy { $0.leader != nil && $0.replicas == [$0.leader] } == true)
                #expect(topic?.partitions.allSatisfy { $0.watermarks == nil && $0.error == nil } == true)
                #expect(described["none"]?.failure?.code == .unknownTopic)
                #expect(described["none"]?.failure?.topic == "none")
                let deleted = try await admin.deleteTopics(["b", "none"], deadline: fixture.soon)
                try deleted["b"]?.get()
                #expect(deleted["none"]?.failure?.code == .unknownTopic)
                #expect(try await admin.listTopics(deadline: fixture.soon).map(\.name) == ["a"])
            }
        }

        @Test func `a topic that exists is an error of its own and does not stop the others`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 1)
                let created = try await fixture.admin.createTopics(
                    [
                        KafkaNewTopic("a", partitions: 1), KafkaNewTopic("b", partitions: 1),
                        KafkaNewTopic("no/topic", partitions: 1),
                        KafkaNewTopic("c", partitions: 1, configs: ["no.such.setting": "1"]),
                    ],
                    deadline: fixture.soon
                )
                #expect(created["a"]?.failure?.code == .alreadyExists)
                #expect(created["a"]?.failure?.description.contains("TOPIC_ALREADY_EXISTS") == true)
                try created["b"]?.get()
                #expect(created["no/topic"]?.failure?.code == .invalidArgument)
                #expect(created["c"]?.failure?.code == .invalidArgument)
            }
        }

        @Test func `a request that is only checked creates nothing`() async throws {
            try await KafkaAdminFixture.with { fixture in
                let checked = try await fixture.admin.createTopics(
                    [KafkaNewTopic("a", partitions: 2)],
                    validateOnly: true,
                    deadline: fixture.soon
                )
                try checked["a"]?.get()
                #expect(try await fixture.admin.listTopics(deadline: fixture.soon).isEmpty)
            }
        }

        @Test func `partitions are added and never taken away`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 2)
                let added = try await fixture.admin.addPartitions(["a": 5, "none": 3], deadline: fixture.soon)
                try added["a"]?.get()
                #expect(added["none"]?.failure?.code == .unknownTopic)
                let fewer = try await fixture.admin.addPartitions(["a": 4], deadline: fixture.soon)
                #expect(fewer["a"]?.failure?.code == .invalidArgument)
                #expect(try await fixture.admin.listTopics(deadline: fixture.soon).first?.partitionCount == 5)
            }
        }

        @Test func `watermarks come with a description`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 2)
                try await fixture.fill("a", partition: 1, count: 7)
                let described = try await fixture.admin.describeTopics(
                    ["a"],
                    withWatermarks: true,
                    deadline: fixture.soon
                )
                #expect(try described["a"]?.get().partitions.map(\.watermarks) == [0..<0, 0..<7])
            }
        }

        @Test func `settings tell where they come from`() async throws {
            try await KafkaAdminFixture.with { fixture in
                let topic = KafkaNewTopic("a", partitions: 1, configs: ["retention.ms": "60000"])
                try await fixture.admin.createTopics([topic], deadline: fixture.soon)["a"]?.get()
                let configs = try await fixture.admin.describeConfigs(
                    [.topic("a"), .topic("none"), .broker(1)],
                    deadline: fixture.soon
                )
                let entry = try configs[.topic("a")]?.get().first { $0.name == "retention.ms" }
                #expect(entry?.value == "60000")
                #expect(entry?.source == .topic)
                #expect(configs[.topic("none")]?.failure?.code == .unknownTopic)
                #expect(configs[.broker(1)] != nil)
            }
        }

        @Test func `the cluster names its brokers`() async throws {
            try await KafkaAdminFixture.with { fixture in
                let cluster = try await fixture.admin.describeCluster(deadline: fixture.soon)
                #expect(cluster.brokers.count == 1)
                #expect(cluster.brokers.first?.port == fixture.broker.port)
                #expect(cluster.controller == cluster.brokers.first?.id)
            }
        }

        @Test func `records are deleted up to an offset`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 3)
                try await fixture.fill("a", partition: 0, count: 10)
                try await fixture.fill("a", partition: 1, count: 10)
                let ids = (Int32(0)..<3).map { KafkaTopicPartition(topic: "a", partition: $0) }
                let deleted = try await fixture.admin.deleteRecords(
                    before: [ids[0]: 4, ids[1]: nil, ids[2]: 5],
                    deadline: fixture.soon
                )
                #expect(try deleted[ids[0]]?.get() == 4)
                #expect(try deleted[ids[1]]?.get() == 10)
                #expect(deleted[ids[2]]?.failure?.code == .offsetOutOfRange)
                #expect(deleted[ids[2]]?.failure?.partition == 2)
                let watermarks = try await fixture.admin.watermarks(of: Set(ids), deadline: fixture.soon)
                #expect(try ids.map { try watermarks[$0]?.get() } == [4..<10, 10..<10, 0..<0])
            }
        }

        @Test func `records of an unknown partition are not deleted and those of others are`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 1)
                try await fixture.fill("a", count: 5)
                let known = KafkaTopicPartition(topic: "a", partition: 0)
                let unknown = KafkaTopicPartition(topic: "none", partition: 0)
                let deleted = try await fixture.admin.deleteRecords(
                    before: [known: 2, unknown: 2],
                    deadline: .after(.seconds(8))
                )
                #expect(try deleted[known]?.get() == 2)
                #expect(deleted[unknown]?.failure?.code == .unknownTopic)
                #expect(deleted[unknown]?.failure?.mayHaveBeenApplied == false)
            }
        }

        @Test func `a time is found, and one behind the log is nil`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 2)
                try await fixture.fill("a", count: 10)
                let ids = (Int32(0)..<2).map { KafkaTopicPartition(topic: "a", partition: $0) }
                let first = try await fixture.admin.offsets(
                    forTimes: [ids[0]: 1_700_000_003_500, ids[1]: 0],
                    deadline: fixture.soon
                )
                #expect(try first[ids[0]]?.get() == 4)
                #expect(try first[ids[1]]?.get() == .some(nil))
                let later = try await fixture.admin.offsets(
                    forTimes: [ids[0]: 1_800_000_000_000],
                    deadline: fixture.soon
                )
                #expect(try later[ids[0]]?.get() == .some(nil))
            }
        }

        @Test func `an unknown partition is an error of its own`() async throws {
            try await KafkaAdminFixture.with { fixture in
                try await fixture.create("a", partitions: 1)
                try await fixture.fill("a", count: 3)
                let known = KafkaTopicPartition(topic: "a", partition: 0)
                let unknown = KafkaTopicPartition(topic: "a", partition: 9)
                let nowhere = KafkaTopicPartition(topic: "none", partition: 0)
                let began = ContinuousClock.now
                let found = try await fixture.admin.watermarks(
                    of: [known, unknown, nowhere],
                    deadline: .after(.seconds(10))
                )
                #expect(try found[known]?.get() == 0..<3)
                #expect(found[unknown]?.failure?.code == .unknownTopic)
                #expect(found[nowhere]?.failure?.code == .unknownTopic)
                #expect(ContinuousClock.now - began < .seconds(9))
            }
        }
    }
}
