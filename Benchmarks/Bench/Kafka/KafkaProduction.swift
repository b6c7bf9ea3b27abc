import Kafka

/// Production in batches: tasks that each send their next batch when they have the outcomes of their last one.
struct KafkaProduction {
    /// Of the records that C sends in the same time.
    private static let goal = Goal.ratioAtLeast(0.9)
    private static let tasks = 8
    private static let batch = 1000

    private let setting: KafkaBenchSetting

    init(_ setting: KafkaBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        for (name, bytes) in [("kafka.produce-256", 256), ("kafka.produce-1024", 1024)] {
            guard self.setting.options.includes(name) else { continue }
            let each = max(
                1,
                self.setting.scaled(bytes > 256 ? 240_000 : 480_000, least: 32_000) / Self.tasks / Self.batch
            )
            let load = KafkaLoad(
                records: each * Self.tasks * Self.batch,
                valueBytes: bytes,
                inFlight: Self.tasks * Self.batch,
                batch: Self.batch
            )
            let efforts = try await Turns.run(
                self.setting.rounds,
                [
                    (
                        "C",
                        {
                            try await self.setting.withTopic {
                                try await KafkaCBaseline.produce(self.setting, topic: $0, load)
                            }
                        }
                    ),
                    ("Swift", { try await self.setting.withTopic { try await self.produce($0, load) } }),
                ]
            )
            try self.setting.add(name, "send(batch)", efforts[1], baseline: efforts[0], goal: Self.goal)
        }
    }

    private func produce(_ topic: String, _ load: KafkaLoad) async throws -> Effort {
        try await self.setting.withProducer(topic: topic, load) { producer in
            // Made once on both sides.
            let batch = (0..<load.batch).map { load.record($0, topic: topic) }
            return try await Effort.of(load.records) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<Self.tasks {
                        group.addTask {
                            for _ in 0..<load.records / Self.tasks / load.batch {
                                for result in await producer.send(batch) { _ = try result.get() }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }
}
