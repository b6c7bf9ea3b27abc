import Kafka

/// Consumption in batches: a topic that is full is read from its beginning.
struct KafkaConsumption {
    private static let name = "kafka.consume-256"
    /// Of the records that C reads in the same time.
    private static let goal = Goal.ratioAtLeast(0.9)

    private let setting: KafkaBenchSetting

    init(_ setting: KafkaBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        guard self.setting.options.includes(Self.name) else { return }
        let load = KafkaLoad(
            records: self.setting.scaled(480_000, least: 40_000),
            valueBytes: 256,
            inFlight: 50_000,
            batch: 500
        )
        let setting = self.setting
        let efforts = try await setting.withTopic { topic in
            _ = try await KafkaCBaseline.produce(setting, topic: topic, load)
            return try await Turns.run(
                setting.rounds,
                [
                    ("C", { try await KafkaCBaseline.consume(setting, topic: topic, load, hasOwnBounds: true) }),
                    ("Swift", { try await KafkaReader.consume(setting, topic: topic, load) }),
                    (
                        "Swift with librdkafka's bounds",
                        { try await KafkaReader.consume(setting, topic: topic, load, hasOwnBounds: true) }
                    ),
                    (
                        "C with the client's bounds",
                        { try await KafkaCBaseline.consume(setting, topic: topic, load, hasOwnBounds: false) }
                    ),
                ]
            )
        }
        try setting.add(Self.name, "nextBatch()", efforts[1], baseline: efforts[0], goal: Self.goal)
        try setting.add(Self.name, "nextBatch(), librdkafka's bounds", efforts[2], baseline: efforts[0], goal: nil)
        try setting.add(Self.name, "C with the client's bounds", efforts[3], baseline: efforts[0], goal: nil)
    }
}
