public import Logging
public import Metrics
public import ServerRuntime

/// Sends records and tells when the broker has stored them.
///
/// One per process is enough: all senders share its connections and its batches. Nothing is sent until `run()` runs;
/// a `send` before that waits for it.
public final class KafkaProducer: Sendable {
    private let configuration: KafkaProducerConfiguration
    private let logger: Logger
    private let metrics: ProducerMetrics
    private let statistics: StatisticsMetrics
    private let gate = SessionGate<ProducerSession>(of: "producer")

    /// Checks the configuration.
    ///
    /// Nothing is started and no broker is contacted.
    ///
    /// - Parameters:
    ///   - configuration: how the producer behaves.
    ///   - logger: where the client's own log lines go, below warning.
    ///   - metrics: makes the producer's metrics; the system's factory without one.
    /// - Throws: `.invalidConfiguration` naming the key.
    public init(
        _ configuration: KafkaProducerConfiguration,
        logger: Logger,
        metrics: (any MetricsFactory)? = nil
    ) throws(KafkaError) {
        self.configuration = configuration
        self.logger = logger
        let client = configuration.connection.clientID
        let factory = metrics ?? MetricsSystem.factory
        self.metrics = ProducerMetrics(client: client, factory: factory)
        self.statistics = StatisticsMetrics(.init(client: client, kind: "producer"), factory: factory)
        _ = try configuration.makeConf()
    }

    /// Runs the producer until the task is cancelled; then delivers what is under way, within the configured
    /// `flushTimeout`, and closes everything.
    ///
    /// An idempotent client that raises a fatal error is replaced by a new one: records under way fail, with
    /// `mayHaveBeenApplied` set where the broker may have them, and later ones go through the new client.
    ///
    /// - Throws: `KafkaError` when the client cannot be created, or when `run()` was called before.
    public func run() async throws {
        guard self.gate.begin() else { throw KafkaError(.closed, "run() may be called once") }
        defer { self.gate.close() }
        var failures = 0
        while !Task.isCancelled {
            let session = try ProducerSession(
                self.configuration,
                metrics: self.metrics,
                statistics: self.statistics,
                logger: self.logger
            )
            let started = ContinuousClock.now
            switch try await self.host(session) {
            case .closed: return
            case .fatal(let error):
                failures = started.duration(to: .now) > .seconds(30) ? 1 : failures + 1
                self.logger.info("kafka producer is replaced", metadata: ["error": "\(error)"])
                // Cancelled: the loop's condition ends the loop.
                try? await Task.sleep(for: Backoff().delay(attempt: failures))
            }
        }
    }

    private func host(_ session: ProducerSession) async throws(KafkaError) -> ProducerSession.Ending {
        let gate = self.gate
        gate.open(session)
        do {
            let ending = try await withTaskCancellationHandler {
                try await session.runOnThread()
            } onCancel: {
                gate.close()
                session.close()
            }
            gate.pause()
            return ending
        } catch let error as KafkaError {
            gate.close()
            session.abandon()
            throw error
        } catch {
            throw KafkaError(.system, "\(error)")
        }
    }

    /// Sends a record and returns when the broker has acknowledged it.
    ///
    /// While the producer's queue is full, senders wait for room in the order in which they came, at most for
    /// `deliveryTimeout`. A record that cannot be delivered because no broker accepts the client, or the client no
    /// broker, waits until `deliveryTimeout` too, and fails with `.authenticationFailed`.
    ///
    /// Cancelling has an effect only until the record is handed over; after that the outcome is awaited, at most for
    /// `deliveryTimeout`, because nobody could take the record back.
    ///
    /// - Parameter record: the record.
    /// - Returns: where it is stored.
    /// - Throws: a `KafkaError` with the topic and partition; `mayHaveBeenApplied` says whether it can be stored all
    ///   the same. With an idempotent producer the library's own retries never store it twice.
    public func send(_ record: KafkaProducerRecord) async throws(KafkaError) -> KafkaDelivery {
        try await self.deliver([record]).firstResult()
    }

    /// Sends records and returns when all have an outcome, with one suspension for all of them.
    ///
    /// Records of one partition keep the order of the array. One that fails does not stop those behind it. Waiting for
    /// room and cancelling are as for a single record; those that were handed over before keep their outcomes.
    ///
    /// - Parameter records: the records; may be empty.
    /// - Returns: the outcome of each record, at its place.
    public func send(_ records: [KafkaProducerRecord]) async -> [Result<KafkaDelivery, KafkaError>] {
        guard !records.isEmpty else { return [] }
        do throws(KafkaError) {
            return try await self.deliver(records).results()
        } catch {
            return Array(repeating: .failure(error), count: records.count)
        }
    }

    /// Sends records, at least one.
    ///
    /// - Returns: the batch, whose records all have an outcome.
    /// - Throws: when none of them could be handed over.
    private func deliver(_ records: [KafkaProducerRecord]) async throws(KafkaError) -> DeliveryBatch {
        guard !Task.isCancelled else {
            throw KafkaError(.cancelled, "cancelled before the record was sent")
        }
        let deadline = Deadline.after(self.configuration.deliveryTimeout)
        let session = try await self.gate.session(deadline: deadline)
        let batch = DeliveryBatch(records, deadline: deadline)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                batch.open(continuation)
                session.submit(batch)
            }
        } onCancel: {
            session.cancel(batch)
        }
        return batch
    }

    /// Returns when every record that was handed over before this call has an outcome, however it turned out.
    ///
    /// Records that wait for others (`linger`) are sent at once; those that come meanwhile are not waited for. Senders
    /// hear of their outcomes by themselves: this is for a caller who wants to know of all at one point.
    ///
    /// - Parameter deadline: when to give up; the records stay under way.
    /// - Throws: `.timedOut` at the deadline, or `.authenticationFailed` if that is why; `.notRunning`, `.closed`, `.cancelled`.
    public func flush(deadline: Deadline) async throws(KafkaError) {
        guard !Task.isCancelled else { throw KafkaError(.cancelled, "cancelled before the flush") }
        let session = try await self.gate.session(deadline: deadline)
        try await session.flush(deadline: deadline)
    }
}
