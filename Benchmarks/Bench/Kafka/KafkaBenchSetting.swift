import Kafka
import Logging
import ServerRuntime
import Synchronization

/// What all measurements of Kafka share.
struct KafkaBenchSetting: Sendable {
    let options: BenchOptions
    let broker: KafkaBroker
    let report: BenchReport
    let connection: KafkaConnectionConfiguration
    let admin: KafkaAdmin
    private static let topicCount = Atomic(0)
    /// Lines of the client's own would stand among the results.
    static let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

    var rounds: Int { self.options.roundCount }
    var producer: KafkaProducerConfiguration { KafkaProducerConfiguration(self.connection) }

    /// The member of a group of its own.
    func consumer(_ topic: String) -> KafkaConsumerConfiguration {
        KafkaConsumerConfiguration(
            self.connection,
            groupID: "bench-\(UInt64.random(in: 0 ... .max))",
            topics: [topic],
            autoOffsetReset: .earliest
        )
    }

    /// `records`, or a part of it for a quick run, at least `least`.
    func scaled(_ records: Int, least: Int) -> Int {
        max(self.options.quick ? records / 20 : records, least)
    }

    /// Runs `body` with a new topic, which is removed afterwards, so that the disk does not fill.
    ///
    /// Its name is short, as names of topics are.
    func withTopic<Result: Sendable>(_ body: (String) async throws -> Result) async throws -> Result {
        let name = "bench-\(Self.topicCount.wrappingAdd(1, ordering: .relaxed).newValue)"
        let topic = KafkaNewTopic(name, partitions: KafkaLoad.partitions, replication: 1)
        for outcome in try await self.admin.createTopics([topic], deadline: .after(.seconds(10))).values {
            try outcome.get()
        }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(name))
        } catch {
            result = .failure(error)
        }
        _ = try await self.admin.deleteTopics([name], deadline: .after(.seconds(10)))
        return try result.get()
    }

    /// Runs `body` with a producer whose `run()` is a child task, after a record for each key: connections, leaders and
    /// the producer's id are there then.
    func withProducer<Result: Sendable>(
        topic: String,
        _ load: KafkaLoad,
        _ body: (KafkaProducer) async throws -> Result
    ) async throws -> Result {
        let producer = try KafkaProducer(self.producer, logger: KafkaBenchSetting.logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await producer.run() }
            defer { group.cancelAll() }
            let first = (0..<KafkaLoad.keys).map { load.record($0, topic: topic) }
            for result in await producer.send(first) { _ = try result.get() }
            return try await body(producer)
        }
    }

    /// Adds the records per second and the processor time per record of one side.
    func add(_ name: String, _ side: String, _ measured: [Effort], baseline: [Effort]?, goal: Goal?) throws {
        let baseline = baseline ?? []
        func add(_ metric: String, _ unit: String, _ goal: Goal?, _ value: (Effort) -> Double) throws {
            let values = measured.map(value)
            try self.report.add(
                baseline.isEmpty
                    ? BenchResult(name, metric, unit: unit, values, goal: goal)
                    : BenchResult(name, metric, unit: unit, values, baseline: baseline.map(value), goal: goal)
            )
        }
        try add("records, \(side)", "1/s", goal) { $0.callsPerSecond }
        // Microseconds for one are seconds for a million.
        try add("client's processor per million records, \(side)", "s", nil) { $0.processorMicrosecondsPerCall }
    }
}
