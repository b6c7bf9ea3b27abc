import CRdkafka
import Glibc
import Logging
import ServerRuntime
import Synchronization

/// One life of a producer's client: from `rd_kafka_new` to `rd_kafka_destroy`.
///
/// Records are handed over on the sender's thread, which does not block; reports arrive on the session's own thread,
/// woken by the client's main queue.
final class ProducerSession: Sendable {
    /// Why a session has ended.
    enum Ending: Sendable {
        case closed
        /// The client raised a fatal error, such as a gap in an idempotent sequence.
        ///
        /// A new session can go on.
        case fatal(KafkaError)
    }

    private struct State {
        /// Records without an outcome.
        var records = FlushLedger()
        /// Records that wait for room, in order.
        var overflow = OverflowLine()
        var lastFlush: UInt64 = 0
        /// Whether the thread of the flushes runs.
        var isPushing = false
        var flushDeadline: Deadline?
        var failure: KafkaError?
    }

    private let client: RDKafkaClient
    private let topics = RDKafkaTopics()
    private let wake: WakeDescriptor
    private let configuration: KafkaProducerConfiguration
    private let logger: Logger
    private let metrics: ProducerMetrics
    private let statistics: StatisticsMetrics
    private let state = Mutex(State())

    init(
        _ configuration: KafkaProducerConfiguration,
        metrics: ProducerMetrics,
        statistics: StatisticsMetrics,
        logger: Logger
    ) throws(KafkaError) {
        self.configuration = configuration
        self.metrics = metrics
        self.statistics = statistics
        self.logger = logger
        self.wake = try WakeDescriptor()
        self.client = try RDKafkaClient(.producer, configuration.makeConf(), wake: self.wake)
    }

    // MARK: - Senders

    /// Hands the records of a batch over; each gets its outcome exactly once.
    func submit(_ batch: DeliveryBatch) {
        guard self.client.enter() else {
            let failure = self.state.withLock { $0.failure }
            let error = failure ?? KafkaError(.closed, "the producer is closed")
            for index in batch.records.indices { self.fail(batch, index, error, isCounted: false) }
            return
        }
        defer { self.client.leave() }
        // Counted before: a report can arrive on the other thread before the call returns.
        batch.round = self.state.withLock { $0.records.add(batch.records.count) }
        self.submit(batch, from: 0)
    }

    private func submit(_ batch: DeliveryBatch, from first: Int) {
        for index in first..<batch.records.count {
            let isBehindOthers = self.state.withLock { !$0.overflow.isEmpty }
            if isBehindOthers || !self.enqueue(batch, index) {
                self.waitInLine(batch, from: index)
                return
            }
        }
    }

    /// `false` when there is no room.
    private func enqueue(_ batch: DeliveryBatch, _ index: Int) -> Bool {
        let record = batch.records[index]
        guard let topic = self.topics.handle(record.topic, self.client.raw) else {
            self.fail(batch, index, KafkaError(.invalidArgument, "not the name of a topic", topic: record.topic))
            return true
        }
        let result = RDKafkaProduce.enqueue(record, topic, self.client.raw, opaque: batch.retainSlot(index))
        guard result != RD_KAFKA_RESP_ERR_NO_ERROR else { return true }
        batch.discardSlot()
        if result == RD_KAFKA_RESP_ERR__QUEUE_FULL { return false }
        var error = KafkaError(rdkafka: result, topic: record.topic, partition: record.partition)
        if result == RD_KAFKA_RESP_ERR__INVALID_ARG { error.code = .invalidArgument }
        self.fail(batch, index, error)
        return true
    }

    /// Ends a record that librdkafka does not carry.
    private func fail(_ batch: DeliveryBatch, _ index: Int, _ error: KafkaError, isCounted: Bool = true) {
        self.metrics.failed(error, topic: batch.records[index].topic)
        let round = batch.round
        batch.settle(index, .failure(error))
        if isCounted { self.settled(1, round: round) }
    }

    /// Notes outcomes, and resumes flushes that have waited for them.
    private func settled(_ count: Int, round: UInt64) {
        let ready = self.state.withLock { $0.records.settle(count, round: round) }
        for waiter in ready { waiter.continuation.resume(returning: true) }
    }

    private func waitInLine(_ batch: DeliveryBatch, from first: Int) {
        let limit = self.configuration.queueRecordsMax
        let hasJoined = self.state.withLock { state in
            // An empty line takes any batch: its sender is suspended, so nothing piles up behind it.
            guard state.overflow.isEmpty || state.overflow.recordCount + batch.records.count - first <= limit else {
                return false
            }
            state.overflow.append(batch, from: first)
            return true
        }
        guard !hasJoined else {
            self.wake.wake()
            return
        }
        let error = KafkaError(.queueFull, "\(limit) records wait for room already", isRetriable: true)
        for index in first..<batch.records.count { self.fail(batch, index, error) }
    }

    // MARK: - Flushing

    /// Waits until all records that were handed over so far have an outcome, and makes librdkafka send those at once
    /// that only wait for others.
    ///
    /// - Returns: `false` when the deadline has passed, or the caller was cancelled, before.
    /// - Throws: `.closed`.
    func flush(deadline: Deadline) async throws(KafkaError) -> Bool {
        guard self.client.enter() else { throw KafkaError(.closed, "the producer is closed") }
        let id = self.state.withLock { state in
            state.lastFlush += 1
            return state.lastFlush
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { self.startFlush(id, deadline, $0) }
        } onCancel: {
            self.giveUpFlush(id)
        }
    }

    /// Begins a flush for a caller who has entered the client; the entry goes over to the thread, or ends.
    private func startFlush(_ id: UInt64, _ deadline: Deadline, _ continuation: CheckedContinuation<Bool, Never>) {
        let (ready, hasThread) = self.state.withLock { state -> (FlushLedger.Waiter?, Bool) in
            if let ready = state.records.wait(id, deadline: deadline, continuation) { return (ready, true) }
            defer { state.isPushing = true }
            return (nil, state.isPushing)
        }
        ready?.continuation.resume(returning: true)
        let status = hasThread ? 0 : DedicatedThread.start("kafka-flush") { self.push() }
        if hasThread || status != 0 { self.client.leave() }
        if status != 0 { self.failFlushes() }
        // Cancelled before the flush was in the ledger, where the handler looks for it.
        if Task.isCancelled { self.giveUpFlush(id) }
    }

    /// Keeps librdkafka from waiting for more records as long as anybody flushes; one thread for all of them.
    private func push() {
        defer { self.client.leave() }
        while true {
            let (expired, next) = self.state.withLock { state -> ([FlushLedger.Waiter], Deadline?) in
                let expired = state.records.takeExpired()
                let next = state.records.nextDeadline
                state.isPushing = next != nil
                return (expired, next)
            }
            for waiter in expired { waiter.continuation.resume(returning: false) }
            guard let next else { return }
            // In short turns: it returns only when there is no record left at all, which may never be.
            let status = rd_kafka_flush(self.client.raw, min(100, max(1, next.remainingMilliseconds)))
            // The reports are about to be taken, or records wait for the room that there is now.
            if status == RD_KAFKA_RESP_ERR_NO_ERROR { usleep(1000) }
        }
    }

    /// Gives up all flushes, because there is no thread to be had that watches their deadlines.
    private func failFlushes() {
        let waiters = self.state.withLock { state in
            state.isPushing = false
            return state.records.takeAll()
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
    }

    private func giveUpFlush(_ id: UInt64) {
        let waiter = self.state.withLock { $0.records.giveUp(id) }
        waiter?.continuation.resume(returning: false)
    }

    /// Begins the end: what is under way is still delivered, until the flush timeout.
    func close() {
        let deadline = Deadline.after(self.configuration.flushTimeout)
        self.sendWithoutLinger()
        // First: who sees the deadline may rely on nobody entering any more.
        self.client.close()
        self.state.withLock { state in
            if state.flushDeadline == nil { state.flushDeadline = deadline }
        }
        self.wake.wake()
    }

    /// Makes librdkafka send at once what only waits for more records, until the flush timeout.
    private func sendWithoutLinger() {
        guard self.client.enter() else { return }
        let timeout = self.configuration.flushTimeout.milliseconds()
        let status = DedicatedThread.start("kafka-flush") {
            rd_kafka_flush(self.client.raw, timeout)
            self.client.leave()
        }
        // Without a thread the records wait for `linger` as before.
        if status != 0 { self.client.leave() }
    }

    // MARK: - The session's thread

    /// Serves reports until the session is closed or beyond repair, then destroys the client.
    func runOnThread() async throws(KafkaError) -> Ending {
        try await DedicatedThread.run("kafka-producer") { self.loop() }
    }

    /// Destroys the client of a session whose thread never ran.
    ///
    /// Blocks shortly.
    func abandon() {
        self.client.close()
        self.topics.destroyAll()
        self.client.destroy()
    }

    private func loop() -> Ending {
        self.statistics.clientStarted()
        let ending = self.serve()
        self.statistics.clientEnded()
        self.topics.destroyAll()
        self.client.destroy()
        return ending
    }

    private func serve() -> Ending {
        let queue = RDKafkaQueue(takingOwnershipOf: rd_kafka_queue_get_main(self.client.raw))
        queue.wakes(self.wake)
        var hasPurged = false
        while true {
            self.drain(queue)
            self.advanceLine()
            // Asked first: a sender who has left by now has handed over everything that is counted below.
            let isUnused = self.client.isUnused
            let (isSettled, deadline, failure) = self.state.withLock { state in
                (state.records.total == 0, state.flushDeadline, state.failure)
            }
            if failure != nil || deadline?.hasPassed == true {
                if !hasPurged { self.purge(failure) }
                hasPurged = true
            }
            let isIdle = isUnused && isSettled
            if isIdle, let failure { return .fatal(failure) }
            if isIdle, deadline != nil { return .closed }
            self.wake.wait(milliseconds: self.pause(isFlushing: deadline, hasPurged: hasPurged))
        }
    }

    /// How long to sleep when nobody wakes: only deadlines need the time.
    private func pause(isFlushing deadline: Deadline?, hasPurged: Bool) -> Int32 {
        // Purged records are reported by the brokers' threads; that one of them is inside a connect only delays them.
        if hasPurged { return 50 }
        if let deadline { return min(1000, max(1, deadline.remainingMilliseconds)) }
        return self.state.withLock { $0.overflow.isEmpty } ? 60_000 : 100
    }

    /// Gives up what is under way.
    ///
    /// Every record still gets its report.
    private func purge(_ failure: KafkaError?) {
        let error = failure ?? KafkaError(.closed, "shut down before there was room", isRetriable: true)
        for (batch, index) in self.state.withLock({ $0.overflow.removeAll() }) {
            self.fail(batch, index, error)
        }
        rd_kafka_purge(self.client.raw, Int32(RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT))
    }

    /// Moves waiting records on, and gives up those whose time is over.
    private func advanceLine() {
        while let (batch, index) = self.state.withLock({ $0.overflow.first }) {
            if batch.deadline <= .now {
                let error = KafkaError(.timedOut, "no room in the producer's queue in time", isRetriable: true)
                self.fail(batch, index, error)
            } else if !self.enqueue(batch, index) {
                return
            }
            self.state.withLock { $0.overflow.removeFirst() }
        }
    }

    /// Takes events until there are none: librdkafka only wakes for a queue that was empty.
    private func drain(_ queue: borrowing RDKafkaQueue) {
        while let event = rd_kafka_queue_poll(queue.raw, 0) {
            defer { rd_kafka_event_destroy(event) }
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_DR: self.deliver(event)
            case RD_KAFKA_EVENT_ERROR: self.note(event)
            case RD_KAFKA_EVENT_LOG: RDKafkaLog.forward(event, to: self.logger)
            case RD_KAFKA_EVENT_STATS: self.publish(event)
            default: break
            }
        }
    }

    private func publish(_ event: OpaquePointer) {
        self.metrics.waiting(self.state.withLock { $0.overflow.recordCount })
        self.statistics.take(event, self.logger)
    }

    /// Tells the senders of the records of a report; one of them has its duration measured.
    private func deliver(_ event: OpaquePointer) {
        var topic: (handle: OpaquePointer?, name: String) = (nil, "")
        var produced = 0
        var settled: (round: UInt64, count: Int) = (0, 0)
        var hasMeasured = false
        while let message = rd_kafka_event_message_next(event) {
            guard let opaque = message.pointee._private else { continue }
            if topic.handle == nil || topic.handle != message.pointee.rkt {
                self.metrics.produced(produced, topic: topic.name)
                produced = 0
                topic = (message.pointee.rkt, String(cString: rd_kafka_topic_name(message.pointee.rkt)))
            }
            let outcome = self.outcome(message, topic: topic.name)
            switch outcome {
            case .success: produced += 1
            case .failure(let error): self.metrics.failed(error, topic: topic.name)
            }
            if !hasMeasured {
                self.metrics.took(microseconds: rd_kafka_message_latency(message))
                hasMeasured = true
            }
            let round = DeliveryBatch.settle(opaque, outcome)
            if round != settled.round {
                self.settled(settled.count, round: settled.round)
                settled = (round, 0)
            }
            settled.count += 1
        }
        self.metrics.produced(produced, topic: topic.name)
        self.settled(settled.count, round: settled.round)
    }

    private func outcome(
        _ message: UnsafePointer<rd_kafka_message_t>,
        topic: String
    ) -> Result<KafkaDelivery, KafkaError> {
        guard message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else {
            return .success(
                KafkaDelivery(topic: topic, partition: message.pointee.partition, offset: message.pointee.offset)
            )
        }
        let partition = message.pointee.partition
        var error = KafkaError(rdkafka: message.pointee.err, topic: topic, partition: partition < 0 ? nil : partition)
        error.mayHaveBeenApplied = rd_kafka_message_status(message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED
        let broker = rd_kafka_message_broker_id(message)
        if broker >= 0 { error.broker = broker }
        return .failure(error)
    }

    private func note(_ event: OpaquePointer) {
        let raw = rd_kafka_event_error(event)
        if raw == RD_KAFKA_RESP_ERR__FATAL, let failure = self.client.fatalError {
            self.state.withLock { $0.failure = failure }
            self.client.close()
            return
        }
        let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
        self.logger.debug(
            "kafka producer error",
            metadata: ["kafka.error.code": "\(raw.rawValue)", "kafka.error.text": "\(text)"]
        )
    }
}
