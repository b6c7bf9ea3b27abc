import CRdkafka
import Synchronization

/// A partition that the group has assigned to this member; valid while the body that received it runs.
///
/// One task at a time uses it. Nothing is fetched before `start(at:)`.
public final class KafkaPartition: Sendable {
    /// The topic.
    public let topic: String
    /// The partition's number.
    public let partition: Int32
    /// Counts the assignments of this consumer; a later assignment of the same partition has a greater one.
    public let generation: UInt64
    /// The group's own generation at the assignment; `nil` when the client does not tell it.
    ///
    /// The coordinator raises it at each rebalance, so of two members that believe to own a partition the one with the
    /// greater value is right: a fencing token for stores that can compare.
    public let groupGeneration: Int32?

    let id: TopicPartition
    let reader: RecordReader
    /// Records in librdkafka's queue when the client's thread looked last.
    let queued = Atomic(0)
    /// The earlier owner of the partition in this process, whose body had not returned in time.
    let predecessor: KafkaPartition?
    /// What was handed on and acknowledged; `nil` when the configuration asks for no window.
    let acknowledgements: AcknowledgementTracker?
    let positionValue = Atomic<Int64>(-1)
    let logEndValue = Atomic<Int64>(-1)
    let metrics: PartitionMetrics
    private let session: ConsumerSession
    private let ownership = Mutex(PartitionOwnership())

    init(
        _ id: TopicPartition,
        generation: UInt64,
        groupGeneration: Int32?,
        predecessor: KafkaPartition?,
        session: ConsumerSession
    ) {
        self.id = id
        self.topic = id.topic
        self.partition = id.partition
        self.generation = generation
        self.groupGeneration = groupGeneration
        self.predecessor = predecessor
        self.session = session
        self.metrics = session.metrics.partition(id)
        let wake = session.wake
        self.acknowledgements = session.configuration.acknowledgementWindow.map {
            AcknowledgementTracker($0, wake: wake)
        }
        self.reader = RecordReader(
            recordsMax: session.configuration.batchRecordsMax,
            bytesMax: session.configuration.batchBytesMax,
            wake: session.wake
        )
    }

    // MARK: - What bodies use

    /// Whether the partition is ours and stays ours for now.
    ///
    /// `false` from the moment the group asks for it or takes it, and from the beginning of a shutdown. When it was
    /// asked for, commits are still taken until the body returns or the deadline for it passes, because nobody else
    /// can own the partition before that.
    public var isOwned: Bool {
        self.ownership.withLock { $0.phase == .owned }
    }

    /// The group's committed offset: the next one to read; `nil` when there is none.
    ///
    /// - Throws: a `KafkaError`, at the latest after the configured `operationTimeout`.
    public func committed() async throws(KafkaError) -> Int64? {
        let id = self.id
        return try await self.session.query { client, timeout throws(KafkaError) in
            try PartitionQueries.committed(id, client, timeoutMilliseconds: timeout)
        }
    }

    /// The offset of the first record that the log has, and the one behind the last.
    ///
    /// - Throws: a `KafkaError`, at the latest after the configured `operationTimeout`.
    public func watermarks() async throws(KafkaError) -> (low: Int64, high: Int64) {
        let id = self.id
        let range = try await self.session.query { client, timeout throws(KafkaError) in
            try PartitionQueries.watermarks(id, client, timeoutMilliseconds: timeout)
        }
        return (range.lowerBound, range.upperBound)
    }

    /// The offset of the first record that is as old as a time or younger; `nil` when there is none.
    ///
    /// - Parameter milliseconds: since 1970, not negative.
    /// - Returns: the offset.
    /// - Throws: a `KafkaError`, at the latest after the configured `operationTimeout`.
    public func offset(atMilliseconds milliseconds: Int64) async throws(KafkaError) -> Int64? {
        let id = self.id
        return try await self.session.query { client, timeout throws(KafkaError) in
            try PartitionQueries.offset(of: id, atMilliseconds: milliseconds, client, timeoutMilliseconds: timeout)
        }
    }

    /// Begins to read, or seeks: goes on reading elsewhere; what was fetched before is dropped.
    ///
    /// With an `acknowledgementWindow` the records that were handed on before are forgotten: acknowledging them has no
    /// effect any more, and the next commit may name an earlier position than the last one.
    ///
    /// - Parameter start: where to begin.
    /// - Throws: `.notOwned`; `.noCommittedOffset` for `.committed` when there is none and the configuration asks for
    ///   an error; `.timedOut` after the configured `operationTimeout`.
    public func start(at start: KafkaStart) async throws(KafkaError) {
        let offset: Int64
        switch start {
        case .offset(let value):
            guard value >= 0 else {
                throw self.error(.invalidArgument, "an offset must not be negative, got \(value)")
            }
            offset = value
        case .earliest: offset = Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .latest: offset = try await self.watermarks().high
        case .committed: offset = try await self.committedOrReset()
        case .time(let milliseconds):
            if let found = try await self.offset(atMilliseconds: milliseconds) {
                offset = found
            } else {
                offset = try await self.watermarks().high
            }
        }
        try await self.session.start(self, offset)
        self.acknowledgements?.reset()
        self.positionValue.store(offset >= 0 ? offset : -1, ordering: .relaxed)
        self.ownership.withLock { $0.isStarted = true }
    }

    /// Records that were fetched and not given out yet, about; for metrics.
    public var fetchedAhead: Int {
        self.reader.count + self.queued.load(ordering: .relaxed)
    }

    /// The batches from the current position on; see `nextBatch()`.
    public var batches: KafkaBatches {
        KafkaBatches(partition: self)
    }

    /// What there is to read, within the bounds of a batch; suspends until there is at least one record.
    ///
    /// With an `acknowledgementWindow` it suspends also while the window is full.
    ///
    /// - Returns: records in order; `nil` when the partition was asked for or taken away, or the consumer shuts down.
    /// - Throws: `.notStarted` before `start(at:)`; an error of the broker: one that passes is thrown once and the
    ///   next call goes on, one that lasts (`.offsetOutOfRange`) until the partition is started again; `.cancelled`.
    public func nextBatch() async throws(KafkaError) -> [KafkaRecord]? {
        guard self.ownership.withLock({ $0.isStarted || $0.phase != .owned }) else {
            throw self.error(.notStarted, "start(at:) comes before nextBatch()")
        }
        try await self.acknowledgements?.waitForRoom()
        let batch = try await self.reader.next()
        if let batch { self.handedOn(batch) }
        return batch
    }

    /// Commits a position for the group.
    ///
    /// - Parameter next: the offset of the next record to read, that is one more than the last finished one.
    /// - Throws: `.notOwned` when the partition is not ours any more, or was asked for and the broker goes on refusing
    ///   the commit; nothing was committed then. `.timedOut` after the
    ///   configured `operationTimeout`, with `mayHaveBeenApplied`. Otherwise what the broker answered.
    public func commit(_ next: Int64) async throws(KafkaError) {
        guard next >= 0 else { throw self.error(.invalidArgument, "an offset must not be negative, got \(next)") }
        guard self.mayCommit else { throw self.notOwned }
        try await self.session.commit(self, next)
    }

    func commitFinished() async throws(KafkaError) {
        try await self.session.commitAcknowledged(self)
    }

    private func committedOrReset() async throws(KafkaError) -> Int64 {
        if let offset = try await self.committed() { return offset }
        switch self.session.configuration.autoOffsetReset {
        case .earliest: return Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .latest: return try await self.watermarks().high
        case .error: throw self.error(.noCommittedOffset, "the group has no committed offset")
        }
    }

    // MARK: - What the session uses

    var mayCommit: Bool {
        self.ownership.withLock { $0.mayCommit }
    }

    /// The error for calls that come too late.
    var notOwned: KafkaError {
        let phase = self.ownership.withLock { $0.phase }
        let reason = phase == .lost ? "the partition was lost" : "the partition was given back"
        return self.error(.notOwned, reason)
    }

    func error(_ code: KafkaError.Code, _ message: String) -> KafkaError {
        KafkaError(code, message, topic: self.topic, partition: self.partition)
    }

    /// Ends the stream; the body is expected to finish and may still commit.
    func revoke() {
        self.ownership.withLock { $0.revoked() }
        self.endStream()
    }

    /// Ends the stream; commits are refused from now on.
    func lose() {
        self.ownership.withLock { $0.wasLost() }
        self.endStream()
    }

    /// Refuses commits from now on, and cancels a body that is still at work.
    func giveBack() {
        let cancel = self.ownership.withLock { ownership in
            ownership.givenBack()
            return ownership.cancellation
        }
        self.endStream()
        self.metrics.end()
        cancel?()
    }

    private func endStream() {
        self.reader.end()
        self.acknowledgements?.end()
    }

    /// Notes the task that runs the body.
    func bodyStarted(cancel: @escaping @Sendable () -> Void) {
        self.ownership.withLock { $0.bodyStarted(cancel: cancel) }?()
    }

    /// Notes that the body has returned.
    func bodyFinished() {
        for waiter in self.ownership.withLock({ $0.bodyFinished() }) { waiter.resume() }
    }

    /// Waits until the body has returned.
    func waitUntilFinished() async {
        await withCheckedContinuation { waiter in
            if !self.ownership.withLock({ $0.awaitFinish(waiter) }) { waiter.resume() }
        }
    }
}
