import Glibc
import Kafka
import Synchronization

/// The Swift side of reading: the only member of a group, with a task for each partition.
final class KafkaReader: Sendable {
    private struct State {
        var records = 0
        /// Of the first record.
        var start: (instant: ContinuousClock.Instant, processorSeconds: Double)?
        var effort: Effort?
        var failure: BenchFailure?
    }

    private let wanted: Int
    private let valueBytes: Int
    private let state = Mutex(State())

    private init(_ load: KafkaLoad) {
        self.wanted = load.records
        self.valueBytes = load.valueBytes
    }

    /// Reads all records of a topic.
    ///
    /// - Returns: what it took from the first record on.
    static func consume(
        _ setting: KafkaBenchSetting,
        topic: String,
        _ load: KafkaLoad,
        hasOwnBounds: Bool = false
    ) async throws -> Effort {
        let reader = KafkaReader(load)
        var configuration = setting.consumer(topic)
        configuration.batchRecordsMax = load.batch
        if hasOwnBounds {
            configuration.queueRecordsMax = 100_000
            configuration.queueBytesMax = 64 << 20
        }
        let consumer = try KafkaConsumer(configuration, logger: KafkaBenchSetting.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await consumer.run { partition in
                    try await partition.start(at: .earliest)
                    for try await batch in partition.batches { reader.note(batch) }
                }
            }
            defer { group.cancelAll() }
            let limit = ContinuousClock.now.advanced(by: .seconds(60))
            while !reader.hasEnded {
                guard ContinuousClock.now < limit else { throw BenchFailure("no records any more") }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        return try reader.result()
    }

    private var hasEnded: Bool {
        self.state.withLock { $0.effort != nil || $0.failure != nil }
    }

    private func result() throws(BenchFailure) -> Effort {
        let state = self.state.withLock { $0 }
        guard let effort = state.effort else { throw state.failure ?? BenchFailure("nothing was read") }
        return effort
    }

    private func note(_ batch: [KafkaRecord]) {
        let isAsSent = batch.allSatisfy { $0.value?.count == self.valueBytes }
        self.state.withLock { state in
            let start = state.start ?? (.now, Effort.processorSeconds())
            state.start = start
            state.records += batch.count
            if !isAsSent { state.failure = BenchFailure("a record of another length") }
            guard state.records >= self.wanted, state.effort == nil else { return }
            state.effort = Effort(
                calls: self.wanted,
                seconds: start.instant.duration(to: .now).inSeconds,
                processorSeconds: Effort.processorSeconds() - start.processorSeconds
            )
        }
    }
}
