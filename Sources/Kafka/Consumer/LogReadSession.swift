import CRdkafka
import Logging
import ServerRuntime
import Synchronization

/// The client and the thread of one call of a log reader.
final class LogReadSession: Sendable {
    let reader: RecordReader
    private let client: RDKafkaClient
    private let wake: WakeDescriptor
    private let logger: Logger
    private let failures = ConnectionFailures()
    private let isCancelled = Atomic(false)
    private static let bounds = PartitionFeed.Bounds(records: 10_000, bytes: 4 * 1024 * 1024)

    init(_ connection: KafkaConnectionConfiguration, logger: Logger) throws(KafkaError) {
        self.logger = logger
        self.wake = try WakeDescriptor()
        self.client = try RDKafkaClient(.consumer, Self.makeConf(connection), wake: self.wake)
        self.reader = RecordReader(recordsMax: 500, bytesMax: 1024 * 1024, wake: self.wake)
    }

    /// Builds librdkafka's configuration.
    static func makeConf(_ connection: KafkaConnectionConfiguration) throws(KafkaError) -> RDKafkaConf {
        let conf = RDKafkaConf()
        try connection.apply(
            [
                ("isolation.level", "read_committed"),
                ("allow.auto.create.topics", "false"),
                ("auto.offset.reset", "error"),
                // Tells that the log's end is reached, also when its last offsets hold no record.
                ("enable.partition.eof", "true"),
                ("queued.min.messages", "\(self.bounds.records)"),
                ("queued.max.messages.kbytes", "\(self.bounds.bytes / 1024)"),
                ("fetch.error.backoff.ms", "100"),
            ],
            to: conf
        )
        conf.enableEvents([.error, .log])
        return conf
    }

    /// Ends the thread's work soon.
    func cancel() {
        self.isCancelled.store(true, ordering: .releasing)
        self.wake.wake()
    }

    /// Runs one blocking call on a thread, then destroys the client.
    func query<Value: Sendable>(
        _ deadline: Deadline,
        _ body: @escaping @Sendable (OpaquePointer, Int32) throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        let result = try await self.onThread { () -> Result<Value, KafkaError> in
            do throws(KafkaError) {
                guard !deadline.hasPassed else { throw Self.timedOut }
                return .success(try body(self.client.raw, deadline.remainingMilliseconds))
            } catch {
                self.drain(RDKafkaQueue(takingOwnershipOf: rd_kafka_queue_get_main(self.client.raw)))
                return .failure(self.failures.explain(error))
            }
        }
        return try result.get()
    }

    /// Fills the mailbox with a range of a partition, ends it, and destroys the client.
    func runOnThread(_ id: TopicPartition, from: Int64, to: Int64, deadline: Deadline) async throws(KafkaError) {
        try await self.onThread { self.read(id, from: from, to: to, deadline: deadline) }
    }

    private static let timedOut = KafkaError(.timedOut, "the deadline passed while reading", isRetriable: true)

    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(KafkaError) -> Value {
        do {
            return try await DedicatedThread.run("kafka-log-read") {
                defer { self.client.destroy() }
                return body()
            }
        } catch {
            // There was no thread; the client has no work under way that could block.
            self.client.destroy()
            self.reader.finish(error)
            throw error
        }
    }

    private func read(_ id: TopicPartition, from: Int64, to: Int64, deadline: Deadline) {
        let client = self.client.raw
        guard let topic = rd_kafka_topic_new(client, id.topic, nil) else {
            self.reader.finish(KafkaError(rdkafka: rd_kafka_last_error(), topic: id.topic))
            return
        }
        defer { rd_kafka_topic_destroy(topic) }
        let events = RDKafkaQueue(takingOwnershipOf: rd_kafka_queue_get_main(client))
        if let error = self.absence(of: id, deadline) {
            self.drain(events)
            return self.reader.finish(self.failures.explain(error))
        }
        let records = RDKafkaQueue(takingOwnershipOf: rd_kafka_queue_new(client))
        records.wakes(self.wake)
        guard rd_kafka_consume_start_queue(topic, id.partition, from, records.raw) == 0 else {
            let error = KafkaError(rdkafka: rd_kafka_last_error(), topic: id.topic, partition: id.partition)
            self.reader.finish(error)
            return
        }
        // A partition is stopped before its queue goes; the call waits for the client's own thread only.
        defer { rd_kafka_consume_stop(topic, id.partition) }
        let feed = PartitionFeed(records, topic: id.topic, bounds: Self.bounds)
        self.serve(feed, of: id, events: events, to: to, deadline: deadline)
    }

    /// The error for a topic or a partition that does not exist: librdkafka would wait for it, silently.
    private func absence(of id: TopicPartition, _ deadline: Deadline) -> KafkaError? {
        let count: Int32?
        do throws(KafkaError) {
            // A cancelled read cannot break it off.
            let timeout = min(1000, deadline.remainingMilliseconds)
            count = try PartitionQueries.partitionCount(id.topic, self.client.raw, timeoutMilliseconds: timeout)
        } catch {
            // Whatever it is, reading meets it too, and waits for what passes.
            return deadline.hasPassed ? Self.timedOut : nil
        }
        guard id.partition >= count ?? 0 else { return nil }
        let message = count == nil ? "the topic does not exist" : "the topic has no such partition"
        return KafkaError(.unknownTopic, message, topic: id.topic, partition: id.partition)
    }

    private func serve(
        _ feed: consuming PartitionFeed,
        of id: TopicPartition,
        events: borrowing RDKafkaQueue,
        to end: Int64,
        deadline: Deadline
    ) {
        // Without it reading is slower, no more.
        let waker = try? FetchWaker(self.client, timeout: min(deadline.remaining, .seconds(10)))
        defer { waker?.end() }
        var isDone = false
        while !isDone, !self.isCancelled.load(ordering: .acquiring) {
            guard !deadline.hasPassed else {
                self.reader.finish(self.failures.explain(Self.timedOut))
                return
            }
            self.drain(events)
            let isRefillDue = feed.pump(into: self.reader, upTo: end) { signal in
                switch signal {
                case .end(let offset): isDone = isDone || offset >= end
                // Passing errors are librdkafka's to overcome; the deadline bounds them.
                case .error(let error) where error.isRetriable: break
                case .error(let error):
                    self.reader.finish(error)
                    isDone = true
                }
            }
            if isRefillDue, !isDone { waker?.fetch(id) }
            if !isDone { self.wake.wait(milliseconds: min(500, max(1, deadline.remainingMilliseconds))) }
        }
        self.reader.finish(nil)
    }

    private func drain(_ events: borrowing RDKafkaQueue) {
        while let event = rd_kafka_queue_poll(events.raw, 0) {
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_LOG: RDKafkaLog.forward(event, to: self.logger)
            case RD_KAFKA_EVENT_ERROR: self.failures.note(event)
            default: break
            }
            rd_kafka_event_destroy(event)
        }
    }
}
