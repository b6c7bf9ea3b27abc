import Kafka

/// What kafka-dev takes in and gives out, with C as the load.
struct KafkaBrokerThroughput {
    /// Records a second.
    private static let goal = Goal.valueAtLeast(300_000)

    private let setting: KafkaBenchSetting
    private let load: KafkaLoad

    init(_ setting: KafkaBenchSetting) {
        self.setting = setting
        self.load = KafkaLoad(
            records: setting.scaled(600_000, least: 40_000),
            valueBytes: 256,
            inFlight: setting.producer.queueRecordsMax / 2,
            batch: 1000
        )
    }

    func run() async throws {
        let (setting, load) = (self.setting, self.load)
        try await self.measure("kafka-dev.in-256") {
            try await setting.withTopic { topic in
                try await self.withBrokerTime { try await KafkaCBaseline.produce(setting, topic: topic, load) }
            }
        }
        guard setting.options.includes("kafka-dev.out-256") else { return }
        try await setting.withTopic { topic in
            _ = try await KafkaCBaseline.produce(setting, topic: topic, load)
            try await self.measure("kafka-dev.out-256") {
                try await self.withBrokerTime {
                    try await KafkaCBaseline.consume(setting, topic: topic, load, hasOwnBounds: true)
                }
            }
        }
    }

    private func measure(_ name: String, _ work: @escaping () async throws -> (Effort, Effort)) async throws {
        guard self.setting.options.includes(name) else { return }
        let measured = try await Turns.run(self.setting.rounds, [("C", work)])[0]
        let report = self.setting.report
        let rates = measured.map(\.0.callsPerSecond)
        try report.add(BenchResult(name, "records, C as the load", unit: "1/s", rates, goal: Self.goal))
        let seconds = measured.map(\.1.processorMicrosecondsPerCall)
        try report.add(BenchResult(name, "broker's processor per million records", unit: "s", seconds))
    }

    /// What the client took, and the same with the processor time of the broker, its start-up for the client included.
    private func withBrokerTime(_ work: () async throws -> Effort) async throws -> (Effort, Effort) {
        let before = try self.setting.broker.processorSeconds()
        let effort = try await work()
        let seconds = try self.setting.broker.processorSeconds() - before
        return (effort, Effort(calls: effort.calls, seconds: effort.seconds, processorSeconds: seconds))
    }
}
