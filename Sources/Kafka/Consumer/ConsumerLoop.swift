import CRdkafka
import Logging
import ServerRuntime
import Synchronization

/// The thread of a consumer: the only one that polls, assigns, seeks and commits.
///
/// It sleeps on a descriptor that librdkafka's queues and tasks write to. Rebalances are answered when the bodies are
/// ready for it; meanwhile the loop goes on polling, so that the member is never taken for dead.
final class ConsumerLoop {
    /// A partition that is assigned, or was until its body ends.
    struct Hosted {
        var partition: KafkaPartition
        /// Whether the body has returned.
        var isFinished = false
        /// Whether librdkafka fetches it.
        var isStarted = false
    }

    enum Phase {
        case running
        /// Waiting for the bodies.
        case draining(Deadline)
        /// Waiting for a rebalance under way, because a member that leaves in the midst of one cannot say so.
        case settling(Deadline)
        /// The same, a little longer: the answer to our join is here and only the assignment is missing.
        case awaitingAssignment(Deadline)
        /// Waiting for the broker to let go of us.
        case leaving(Deadline)
        case closed
    }

    let session: ConsumerSession
    let queue: RDKafkaQueue
    var phase = Phase.running
    var hosted: [TopicPartition: Hosted] = [:]
    /// Partitions that were given back while their bodies were still at work.
    var overstaying: [TopicPartition: KafkaPartition] = [:]
    /// Rebalances that wait for bodies, in order.
    var revocations: [Revocation] = []
    var seeks: [Seek] = []
    var commits = CommitLedger()
    var join: GroupJoinWatch
    /// When the member should have been let in.
    private let admissionDeadline: Deadline
    var nextCommitRetry = Deadline.after(.zero)
    var nextAcknowledgedCommit = Deadline.after(.zero)
    var nextProgress = Deadline.after(.zero)
    /// `nil` when there was no descriptor to be had for it; then reading is slower.
    let fetchWaker: FetchWaker?
    private var feeds: [TopicPartition: FeedBox] = [:]
    private var generation: UInt64 = 0

    /// A class, because a dictionary cannot hold a value that is not copyable.
    final class FeedBox {
        var feed: PartitionFeed

        init(_ feed: consuming PartitionFeed) {
            self.feed = feed
        }
    }

    init(_ session: ConsumerSession) {
        self.session = session
        self.fetchWaker = try? FetchWaker(session.client, timeout: session.configuration.operationTimeout)
        self.admissionDeadline = .after(session.configuration.operationTimeout)
        self.join = GroupJoinWatch(joinMax: session.configuration.maxPollInterval)
        let client = session.client.raw
        // Everything that concerns the client arrives in one queue; records have a queue for each partition.
        rd_kafka_poll_set_consumer(client)
        self.queue = RDKafkaQueue(takingOwnershipOf: rd_kafka_queue_get_consumer(client))
        self.queue.wakes(session.wake)
    }

    var client: OpaquePointer {
        self.session.client.raw
    }

    var isEager: Bool {
        self.session.configuration.rebalanceProtocol.isEager
    }

    /// Runs until the group has been left and the client destroyed.
    static func run(_ session: ConsumerSession) {
        // The loop's queues have to be gone before the client is.
        let canBeDestroyed: Bool
        do {
            let loop = ConsumerLoop(session)
            loop.subscribe()
            loop.serve()
            loop.tearDown()
            session.statistics.clientEnded()
            canBeDestroyed = loop.canBeDestroyed
        }
        session.joinSignal.end()
        // First: bodies that are still at work need not wait for the client.
        session.assignmentSource.finish()
        self.end(session, canBeDestroyed: canBeDestroyed)
    }

    private static func end(_ session: ConsumerSession, canBeDestroyed: Bool) {
        guard canBeDestroyed else {
            session.client.abandon()
            session.logger.info("kafka consumer left between its join and its first assignment, its client is kept")
            return
        }
        guard !session.client.destroy(timeout: session.configuration.leaveTimeout) else { return }
        session.logger.info("kafka client is still being destroyed")
    }

    /// Whether librdkafka can destroy the client without aborting the process.
    private var canBeDestroyed: Bool {
        // 2.3.0 has the remedy.
        !self.join.isBetweenJoinAndAssignment || rd_kafka_version() >= 0x0203_00ff
    }

    private func serve() {
        while true {
            // Events first: they tell whether commits have to wait.
            self.drainEvents()
            self.checkAdmission()
            self.runCommands()
            self.pumpAll()
            self.retrySeeks()
            self.commitAcknowledged()
            self.finishRevocations()
            self.retryCommits()
            self.commits.expire()
            self.advancePhase()
            self.updateProgress()
            if case .closed = self.phase { return }
            self.session.wake.wait(milliseconds: self.pause)
        }
    }

    /// How long to sleep when nobody wakes; polling at least that often also keeps `max.poll.interval.ms`.
    private var pause: Int32 {
        if !self.seeks.isEmpty { return 10 }
        if !self.commits.postponed.isEmpty { return 50 }
        switch self.phase {
        case .settling, .awaitingAssignment, .leaving: return 20
        case .running, .draining, .closed:
            guard self.revocations.isEmpty, self.commits.isEmpty else { return 100 }
            guard let window = self.session.configuration.acknowledgementWindow else { return 500 }
            return max(10, min(500, window.commitInterval.milliseconds()))
        }
    }

    /// Ends a run whose client no broker accepts: librdkafka would go on trying for ever, in silence.
    ///
    /// Later the member goes on trying: a password that is being changed must not end what works.
    private func checkAdmission() {
        guard case .running = self.phase, !self.join.hasJoined, self.admissionDeadline.hasPassed,
            let error = self.session.failures.authentication()
        else { return }
        self.session.fail(error)
    }

    // MARK: - Commands

    private func runCommands() {
        var commits: [CommitLedger.Request] = []
        let timeout = self.session.configuration.operationTimeout
        for command in self.session.takeCommands() {
            switch command {
            case .start(let partition, let offset, let reply): self.start(partition, offset, reply)
            case .commit(let partition, let next, let reply):
                commits.append(self.request(partition, next, .after(timeout), reply))
            case .commitAcknowledged(let partition, let reply): self.commitAcknowledged(partition, reply)
            case .bodyFinished(let partition): self.bodyFinished(partition)
            case .shutDown: self.beginDraining()
            }
        }
        if !commits.isEmpty { self.commit(commits) }
    }

    private func bodyFinished(_ partition: KafkaPartition) {
        if self.overstaying[partition.id] === partition { self.overstaying[partition.id] = nil }
        guard self.hosted[partition.id]?.partition === partition else { return }
        self.hosted[partition.id]?.isFinished = true
    }

    // MARK: - Records

    private func pumpAll() {
        for (id, box) in self.feeds { self.pump(id, box) }
    }

    private func pump(_ id: TopicPartition, _ box: FeedBox) {
        guard let hosted = self.hosted[id], hosted.isStarted, !self.isSeeking(hosted.partition) else { return }
        let partition = hosted.partition
        var hasStopped = false
        let isRefillDue = box.feed.pump(into: partition.reader) { signal in
            guard case .error(let error) = signal else { return }
            partition.reader.finish(error)
            hasStopped = hasStopped || !error.isRetriable
        }
        partition.queued.store(box.feed.count, ordering: .relaxed)
        if hasStopped {
            self.stop(id)
        } else if isRefillDue {
            self.fetchWaker?.fetch(id)
            self.session.metrics.wokeFetcher()
        }
    }

    /// Makes a queue of the partition's own, into which nothing has been fetched yet.
    func openFeed(_ partition: KafkaPartition) -> Bool {
        guard self.feeds[partition.id] == nil else { return true }
        let raw = rd_kafka_queue_get_partition(self.client, partition.topic, partition.partition)
        guard let raw else { return false }
        let queue = RDKafkaQueue(takingOwnershipOf: raw)
        // Without this the records would go to the consumer's queue, where nothing keeps partitions apart.
        rd_kafka_queue_forward(raw, nil)
        queue.wakes(self.session.wake)
        self.feeds[partition.id] = FeedBox(
            PartitionFeed(
                queue,
                topic: partition.topic,
                bounds: PartitionFeed.Bounds(
                    records: self.session.configuration.queueRecordsMax,
                    bytes: self.session.configuration.queueBytesMax
                )
            )
        )
        return true
    }

    func closeFeed(_ id: TopicPartition) {
        self.feeds[id] = nil
    }

    // MARK: - Assignment

    /// Takes the partition in; its body comes next.
    func host(_ id: TopicPartition, groupGeneration: Int32?) -> KafkaPartition {
        self.generation += 1
        let partition = KafkaPartition(
            id,
            generation: self.generation,
            groupGeneration: groupGeneration,
            predecessor: self.overstaying[id],
            session: self.session
        )
        self.hosted[id] = Hosted(partition: partition)
        return partition
    }

    private func subscribe() {
        let list = RDKafkaTopicPartitions(
            self.session.configuration.topics.map {
                TopicPartition(topic: $0, partition: RD_KAFKA_PARTITION_UA)
            }
        )
        let status = list.withList { rd_kafka_subscribe(self.client, $0) }
        guard status != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        self.session.fail(KafkaError(rdkafka: status, detail: "subscribe"))
    }

    // MARK: - Shutting down

    private func beginDraining() {
        guard case .running = self.phase else { return }
        self.phase = .draining(.after(self.session.configuration.revocationTimeout))
        for hosted in self.hosted.values { hosted.partition.revoke() }
        self.failSeeks()
    }

    private func advancePhase() {
        switch self.phase {
        case .running, .closed: return
        case .draining(let deadline):
            let isDrained = self.commits.isEmpty && self.hosted.values.allSatisfy { self.isDone($0) }
            guard isDrained || deadline.hasPassed else { return }
            for hosted in self.hosted.values { hosted.partition.giveBack() }
            self.phase = .settling(.after(self.session.configuration.leaveTimeout / 2))
            self.advancePhase()
        case .settling(let deadline):
            if self.join.isSettled { return self.leave() }
            guard deadline.hasPassed else { return }
            self.phase = .awaitingAssignment(.after(self.session.configuration.leaveTimeout / 2))
            self.advancePhase()
        case .awaitingAssignment(let deadline):
            guard !self.join.isBetweenJoinAndAssignment || deadline.hasPassed else { return }
            self.leave()
        case .leaving(let deadline):
            guard rd_kafka_consumer_closed(self.client) != 0 || deadline.hasPassed else { return }
            self.phase = .closed
        }
    }

    private func leave() {
        self.phase = .leaving(.after(self.session.configuration.leaveTimeout))
        // Before the close: from here on no assignment can begin, and none that came before is left unanswered.
        // librdkafka 2.0.2 never ends a close that meets an assignment (its issue 4527).
        rd_kafka_unsubscribe(self.client)
        self.drainEvents()
        self.finishRevocations()
        guard let error = rd_kafka_consumer_close_queue(self.client, self.queue.raw) else { return }
        let failure = KafkaError(takingOwnershipOf: error)
        self.session.logger.debug("kafka consumer cannot leave its group", metadata: ["error": "\(failure)"])
        self.phase = .closed
    }

    /// Ends everything that still waits, and gives up the queues.
    private func tearDown() {
        for hosted in self.hosted.values { hosted.partition.giveBack() }
        self.failSeeks()
        self.commits.failAll()
        self.fetchWaker?.end()
        self.feeds = [:]
        self.session.closeInbox()
    }
}
