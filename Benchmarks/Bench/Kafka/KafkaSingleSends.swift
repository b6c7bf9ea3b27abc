import Kafka

/// Records that are awaited one by one, by many tasks.
struct KafkaSingleSends {
    private static let name = "kafka.send.256"
    /// Of the records that C sends in the same time.
    private static let goal = Goal.ratioAtLeast(0.5)
    private static let tasks = 256

    private let setting: KafkaBenchSetting

    init(_ setting: KafkaBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        guard self.setting.options.includes(Self.name) else { return }
        let each = self.setting.scaled(1000, least: 50)
        let load = KafkaLoad(records: each * Self.tasks, valueBytes: 256, inFlight: Self.tasks, batch: 1)
        let efforts = try await Turns.run(
            self.setting.rounds,
            [
                (
                    "C",
                    {
                        try await self.setting.withTopic {
                            try await KafkaCBaseline.produceInTurns(self.setting, topic: $0, load)
                        }
                    }
                ),
                ("Swift", { try await self.setting.withTopic { try await self.produce($0, load) } }),
            ]
        )
        try self.setting.add(Self.name, "send(record)", efforts[1], baseline: efforts[0], goal: Self.goal)
    }

    private func produce(_ topic: String, _ load: KafkaLoad) async throws -> Effort {
        try await self.setting.withProducer(topic: topic, load) { producer in
            let records = (0..<Self.tasks).map { load.record($0, topic: topic) }
            return try await Effort.of(load.records) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for record in records {
                        group.addTask {
                            for _ in 0..<load.records / Self.tasks { _ = try await producer.send(record) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }
}
