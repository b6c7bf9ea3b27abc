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
    let metrics: ProducerMetrics
    private let statistics: StatisticsMetrics
    let failures = ConnectionFailures()
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
        let isBehindOthers = self.state.withLock { state in
            // Counted before: a report can arrive on the other thread before the call returns.
            batch.round = state.records.add(batch.records.count)
            return !state.overflow.isEmpty
        }
        let taken = isBehindOthers ? 0 : self.enqueue(batch)
        if taken < batch.records.count { self.waitInLine(batch, from: taken) }
    }

    /// Hands records over as long as there is room.
    ///
    /// - Returns: how many of them, from the first on, do not wait for room.
    private func enqueue(_ batch: DeliveryBatch) -> Int {
        var topic: (name: String, handle: OpaquePointer)?
        for index in batch.records.indices {
            switch self.enqueue(batch, index, &topic) {
            case .taken: break
            case .refused(let error): self.fail(batch, index, error)
            case .full: return index
            }
        }
        return batch.records.count
    }

    /// What became of a record that was handed to librdkafka.
    private enum Enqueued {
        case taken
        case full
        case refused(KafkaError)
    }

    /// Hands a record over; `topic` is the last one, which the next record usually has as well.
    private func enqueue(
        _ batch: DeliveryBatch,
        _ index: Int,
        _ topic: inout (name: String, handle: OpaquePointer)?
    ) -> Enqueued {
        let name = batch.records[index].topic
        if topic?.name != name {
            guard let handle = self.topics.handle(name, self.client.raw) else {
                return .refused(KafkaError(.invalidArgument, "not the name of a topic", topic: name))
            }
            topic = (name, handle)
        }
        guard let handle = topic?.handle else { return .full }
        let opaque = batch.slot(index)
        let result = RDKafkaProduce.enqueue(batch.records[index], handle, self.client.raw, opaque: opaque)
        switch result {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return .taken
        case RD_KAFKA_RESP_ERR__QUEUE_FULL: return .full
        default:
            var error = KafkaError(rdkafka: result, topic: name, partition: batch.records[index].partition)
            if result == RD_KAFKA_RESP_ERR__INVALID_ARG { error.code = .invalidArgument }
            return .refused(error)
        }
    }

    /// Ends a record that librdkafka does not carry.
    private func fail(_ batch: DeliveryBatch, _ index: Int, _ error: KafkaError, isCounted: Bool = true) {
        self.metrics.failed(error, topic: batch.records[index].topic)
        let round = batch.round
        batch.fail(index, error)
        if isCounted { self.settled(1, round: round) }
    }

    /// Notes outcomes, and resumes flushes that have waited for them.
    func settled(_ count: Int, round: UInt64) {
        guard count > 0 else { return }
        let ready = self.state.withLock { $0.records.settle(count, round: round) }
        for waiter in ready { waiter.continuation.resume(returning: true) }
    }

    private func waitInLine(_ batch: DeliveryBatch, from first: Int) {
        let isWaiting = self.state.withLock { state in
            guard !batch.isCancelled else { return false }
            state.overflow.append(batch, from: first)
            return true
        }
        guard isWaiting else {
            for index in first..<batch.records.count { self.fail(batch, index, Self.cancelled) }
            return
        }
        self.wake.wake()
    }

    /// Gives up what still waits for room, because the sender has been cancelled.
    func cancel(_ batch: DeliveryBatch) {
        // First: a batch that is not in the line yet does not join it any more.
        batch.cancel()
        for index in self.state.withLock({ $0.overflow.remove(batch) }) {
            self.fail(batch, index, Self.cancelled)
        }
        self.wake.wake()
    }

    private static let cancelled = KafkaError(.cancelled, "cancelled before there was room in the producer's queue")

    // MARK: - Flushing

    /// Waits until all records that were handed over so far have an outcome, and makes librdkafka send those at once
    /// that only wait for others.
    ///
    /// - Throws: `.timedOut` when the deadline has passed before, `.cancelled`, `.closed`.
    func flush(deadline: Deadline) async throws(KafkaError) {
        guard self.client.enter() else { throw KafkaError(.closed, "the producer is closed") }
        let id = self.state.withLock { state in
            state.lastFlush += 1
            return state.lastFlush
        }
        let isDone = await withTaskCancellationHandler {
            await withCheckedContinuation { self.startFlush(id, deadline, $0) }
        } onCancel: {
            self.giveUpFlush(id)
        }
        guard !isDone else { return }
        if Task.isCancelled { throw KafkaError(.cancelled, "cancelled while records were under way") }
        throw self.failures.explain(KafkaError(.timedOut, "records are still under way", isRetriable: true))
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
        var topic: (name: String, handle: OpaquePointer)?
        while true {
            // Under the lock, because a sender who is cancelled takes his records out of the line.
            let (isDone, failed) = self.state.withLock { state -> (Bool, (DeliveryBatch, Int, KafkaError)?) in
                guard let (batch, index) = state.overflow.first else { return (true, nil) }
                let outcome =
                    batch.deadline.hasPassed
                    ? .refused(self.failures.explain(Self.hadNoRoom)) : self.enqueue(batch, index, &topic)
                if case .full = outcome { return (true, nil) }
                state.overflow.removeFirst()
                guard case .refused(let error) = outcome else { return (false, nil) }
                return (false, (batch, index, error))
            }
            if let (batch, index, error) = failed { self.fail(batch, index, error) }
            if isDone { break }
        }
        self.metrics.waiting(self.state.withLock { $0.overflow.recordCount })
    }

    private static let hadNoRoom = KafkaError(
        .timedOut,
        "no room in the producer's queue in time",
        isRetriable: true
    )

    /// Takes events until there are none: librdkafka only wakes for a queue that was empty.
    private func drain(_ queue: borrowing RDKafkaQueue) {
        while let event = rd_kafka_queue_poll(queue.raw, 0) {
            defer { rd_kafka_event_destroy(event) }
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_DR: self.deliver(event)
            case RD_KAFKA_EVENT_ERROR: self.note(event)
            case RD_KAFKA_EVENT_LOG: RDKafkaLog.forward(event, to: self.logger)
            case RD_KAFKA_EVENT_STATS: self.statistics.take(event, self.logger)
            default: break
            }
        }
    }

    private func note(_ event: OpaquePointer) {
        let raw = rd_kafka_event_error(event)
        if raw == RD_KAFKA_RESP_ERR__FATAL, let failure = self.client.fatalError {
            self.state.withLock { $0.failure = failure }
            self.client.close()
            return
        }
        self.failures.note(event)
        let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
        self.logger.debug(
            "kafka producer error",
            metadata: ["kafka.error.code": "\(raw.rawValue)", "kafka.error.text": "\(text)"]
        )
    }
}
