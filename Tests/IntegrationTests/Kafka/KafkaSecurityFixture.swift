import Kafka
import Logging
import ServerRuntime
import Synchronization
import TestKit

/// Our clients of one broker with TLS or SASL.
struct KafkaSecurityFixture: Sendable {
    let connection: KafkaConnectionConfiguration
    let logger: Logger
    let lines: LogLines

    /// Everything that the clients log.
    final class LogLines: Sendable {
        private let lines = Mutex<[String]>([])

        var text: String { self.lines.withLock { $0.joined(separator: "\n") } }

        func append(_ line: String) {
            self.lines.withLock { $0.append(line) }
        }
    }

    /// Keeps the lines.
    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            self.lines.append("\(event.level) \(event.message) \(event.metadata ?? [:])")
        }
    }

    init(_ connection: KafkaConnectionConfiguration) {
        let lines = LogLines()
        self.connection = connection
        self.lines = lines
        self.logger = Logger(label: "test") { _ in Handler(lines: lines) }
    }

    /// How long an operation may take that is bound to fail.
    static let patience = Duration.seconds(3)

    /// Sends one record.
    func send(within time: Duration = .seconds(30)) async throws -> Result<KafkaDelivery, KafkaError> {
        var configuration = KafkaProducerConfiguration(self.connection)
        configuration.deliveryTimeout = time
        configuration.flushTimeout = .zero
        let producer = try KafkaProducer(configuration, logger: self.logger)
        return try await self.running(producer.run) {
            let results = await producer.send([KafkaProducerRecord(topic: "t", value: Array("value".utf8))])
            guard let result = results.first else { throw CancellationError() }
            return result
        }
    }

    /// Waits for a flush of a record that cannot be sent.
    func flush(within time: Duration) async throws -> Result<Void, KafkaError> {
        var configuration = KafkaProducerConfiguration(self.connection)
        configuration.flushTimeout = .zero
        let producer = try KafkaProducer(configuration, logger: self.logger)
        return try await self.running(producer.run) {
            let sending = Task { await producer.send([KafkaProducerRecord(topic: "t", value: [1])]) }
            try await Task.sleep(for: .milliseconds(300))
            let result = await Self.result { () async throws(KafkaError) in
                try await producer.flush(deadline: .after(time))
            }
            sending.cancel()
            return result
        }
    }

    /// The names of the topics.
    func topics(within time: Duration = .seconds(30)) async throws -> Result<[String], KafkaError> {
        let admin = try KafkaAdmin(self.connection, logger: self.logger)
        return try await self.running(admin.run) {
            await Self.result { () async throws(KafkaError) in
                try await admin.listTopics(deadline: .after(time)).map(\.name)
            }
        }
    }

    /// Creates a topic.
    func create(_ topic: String, within time: Duration = .seconds(30)) async throws -> Result<Void, KafkaError> {
        let admin = try KafkaAdmin(self.connection, logger: self.logger)
        return try await self.running(admin.run) {
            await Self.result { () async throws(KafkaError) in
                let topic = KafkaNewTopic(topic, partitions: 1, replication: 1)
                try await admin.createTopics([topic], deadline: .after(time))[topic.name]?.get()
            }
        }
    }

    /// The log's end, by a log reader.
    func end(within time: Duration = .seconds(30)) async throws -> Result<Int64, KafkaError> {
        let reader = try KafkaLogReader(self.connection, logger: self.logger)
        return await Self.result { () async throws(KafkaError) in
            try await reader.watermarks(topic: "t", partition: 0, deadline: .after(time)).high
        }
    }

    /// The value of the first record that a member of a group is given.
    ///
    /// - Parameter time: the member's `operationTimeout`.
    /// - Returns: the value, or what `run` has thrown.
    /// - Throws: what is not an error of the library.
    func consume(within time: Duration = .seconds(30)) async throws -> Result<String, KafkaError> {
        var configuration = KafkaConsumerConfiguration(
            self.connection,
            groupID: "g",
            topics: ["t"],
            autoOffsetReset: .earliest
        )
        configuration.operationTimeout = time
        configuration.fetchWait = .milliseconds(10)
        let consumer = try KafkaConsumer(configuration, logger: self.logger)
        let (values, source) = AsyncStream.makeStream(of: String.self)
        let running = Task {
            defer { source.finish() }
            try await consumer.run { partition in
                try await partition.start(at: .committed)
                while let batch = try await partition.nextBatch() {
                    guard let last = batch.last else { continue }
                    try await partition.commit(last.offset + 1)
                    source.yield(String(decoding: batch.first?.value ?? [], as: UTF8.self))
                }
            }
        }
        let value = await values.first { _ in true }
        running.cancel()
        do {
            try await running.value
        } catch let error as KafkaError {
            return .failure(error)
        }
        guard let value else { throw CancellationError() }
        return .success(value)
    }

    private static func result<Value>(
        _ body: () async throws(KafkaError) -> Value
    ) async -> Result<Value, KafkaError> {
        do throws(KafkaError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    private func running<Value: Sendable>(
        _ run: @escaping @Sendable () async throws -> Void,
        beside body: () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await run() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        task.cancel()
        try await task.value
        return try result.get()
    }
}
