import Kafka
import Logging
import ServerRuntime

/// A broker of the test's own, and an admin that runs beside it.
struct KafkaAdminFixture: Sendable {
    static let logger = Logger(label: "test")

    let admin: KafkaAdmin
    let connection: KafkaConnectionConfiguration
    let broker: KafkaDevProcess

    /// A deadline that no call should need.
    var soon: Deadline { .after(.seconds(20)) }

    /// Runs `body` with a fresh broker and a running admin, and stops both on every path.
    static func with(
        _ arguments: [String] = [],
        _ body: @escaping @Sendable (KafkaAdminFixture) async throws -> Void
    ) async throws {
        try await KafkaDevProcess.with(arguments) { broker in
            let connection = KafkaConnectionConfiguration(bootstrapServers: [broker.address], clientID: "test")
            let admin = try KafkaAdmin(connection, logger: self.logger)
            let fixture = KafkaAdminFixture(admin: admin, connection: connection, broker: broker)
            try await fixture.running {
                try await admin.run()
            } beside: {
                try await body(fixture)
            }
        }
    }

    /// Runs `body` beside something that runs until it is cancelled.
    func running(
        _ run: @escaping @Sendable () async throws -> Void,
        beside body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await run() }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            try await group.waitForAll()
            try result.get()
        }
    }

    /// Creates a topic and waits until the broker has it.
    func create(_ name: String, partitions: Int32) async throws {
        let topic = KafkaNewTopic(name, partitions: partitions, replication: 1)
        try await self.admin.createTopics([topic], deadline: self.soon)[name]?.get()
    }

    /// Produces records and waits for them.
    func produce(_ records: [KafkaProducerRecord]) async throws {
        let producer = try KafkaProducer(KafkaProducerConfiguration(self.connection), logger: Self.logger)
        try await self.running {
            try await producer.run()
        } beside: {
            for result in await producer.send(records) { _ = try result.get() }
        }
    }

    /// Produces values `0..<count` to a partition, with the times `1_000 * value` from the first on.
    func fill(_ topic: String, partition: Int32 = 0, count: Int) async throws {
        try await self.produce(
            (0..<count).map { index in
                KafkaProducerRecord(
                    topic: topic,
                    partition: partition,
                    value: Array("\(index)".utf8),
                    timestamp: 1_700_000_000_000 + Int64(index) * 1000
                )
            }
        )
    }

    /// Runs `body` while a member of a group owns the topic.
    func consuming(_ topic: String, group: String, _ body: () async throws -> Void) async throws {
        var configuration = KafkaConsumerConfiguration(
            self.connection,
            groupID: group,
            topics: [topic],
            autoOffsetReset: .earliest
        )
        configuration.sessionTimeout = .seconds(6)
        configuration.heartbeatInterval = .milliseconds(500)
        let consumer = try KafkaConsumer(configuration, logger: Self.logger)
        try await self.running {
            try await consumer.run { partition in
                try await partition.start(at: .committed)
                while let batch = try await partition.nextBatch() {
                    guard let last = batch.last else { continue }
                    try await partition.commit(last.offset + 1)
                }
            }
        } beside: {
            try await consumer.joined()
            try await body()
        }
    }
}
