import Kafka
import Synchronization

/// From the call that sends a record to the task that reads it, at an even rate.
struct KafkaLatency {
    private static let name = "kafka.latency.1000"
    /// Milliseconds.
    private static let goal = Goal.valueBelow(3)
    private static let perSecond = 1000

    private let setting: KafkaBenchSetting

    init(_ setting: KafkaBenchSetting) {
        self.setting = setting
    }

    func run() async throws {
        guard self.setting.options.includes(Self.name) else { return }
        let load = KafkaLoad(
            records: self.setting.scaled(5000, least: 500),
            valueBytes: 256,
            inFlight: Self.perSecond,
            batch: 1
        )
        let samples = try await Turns.run(
            self.setting.rounds,
            [
                (
                    "C",
                    {
                        try await self.setting.withTopic {
                            try await KafkaCBaseline.latency(self.setting, topic: $0, load, perSecond: Self.perSecond)
                        }
                    }
                ),
                ("Swift", { try await self.setting.withTopic { try await self.measure($0, load) } }),
            ]
        )
        try self.add("median", samples, Self.goal) { $0.median }
        try self.add("99th percentile", samples, nil) { $0.percentile(99) }
    }

    private func add(
        _ metric: String,
        _ samples: [[[Double]]],
        _ goal: Goal?,
        _ value: ([Double]) -> Double
    ) throws {
        try self.setting.report.add(
            BenchResult(
                Self.name,
                "produced to consumed, \(metric)",
                unit: "ms",
                samples[1].map { value($0) / 1000 },
                baseline: samples[0].map { value($0) / 1000 },
                goal: goal
            )
        )
    }

    private func measure(_ topic: String, _ load: KafkaLoad) async throws -> [Double] {
        let stopwatch = KafkaStopwatch(records: load.records)
        let consumer = try KafkaConsumer(self.setting.consumer(topic), logger: KafkaBenchSetting.logger)
        return try await self.setting.withProducer(topic: topic, load) { producer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await consumer.run { partition in
                        try await partition.start(at: .latest)
                        stopwatch.partitionStarted()
                        for try await batch in partition.batches { stopwatch.read(batch) }
                    }
                }
                defer { group.cancelAll() }
                while stopwatch.partitions < KafkaLoad.partitions { try await Task.sleep(for: .milliseconds(10)) }
                try await self.send(producer, topic, load, stopwatch)
                return try await stopwatch.samples()
            }
        }
    }

    /// Each record in a task of its own: one that is late must not delay those behind it.
    private func send(
        _ producer: KafkaProducer,
        _ topic: String,
        _ load: KafkaLoad,
        _ stopwatch: KafkaStopwatch
    ) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            let start = ContinuousClock.now
            // The first half second is not counted, as in C.
            let first = Self.perSecond / 2
            for count in 0..<first + load.records {
                group.addTask {
                    var record = load.record(count, topic: topic)
                    record.value = stopwatch.stamp(count - first, bytes: load.valueBytes)
                    _ = try await producer.send(record)
                }
                let next = start.advanced(by: .seconds(1) * (count + 1) / Self.perSecond)
                try await Task.sleep(until: next, tolerance: .zero, clock: .continuous)
            }
        }
    }
}
