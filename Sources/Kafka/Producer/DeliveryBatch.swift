import ServerRuntime
import Synchronization

/// The records of one `send`, and the one continuation that waits for all of them.
///
/// librdkafka carries a pointer to a record's slot and hands it back with the delivery report. The batch holds itself
/// until every record has an outcome, so the slots live as long as C can name them.
final class DeliveryBatch: Sendable {
    /// What librdkafka carries for a record: whom to tell, and where the record was stored.
    struct Slot {
        /// The batch, which is alive: the record has no outcome yet.
        let batch: Unmanaged<DeliveryBatch>
        let index: Int
        fileprivate(set) var offset: Int64 = -1
        fileprivate(set) var partition: Int32 = -1
    }

    private struct State {
        /// Breaks the cycle when it becomes `nil`, with the last outcome.
        var itself: DeliveryBatch?
        var continuation: CheckedContinuation<Void, Never>?
        /// Records that failed, by their index.
        var errors: [Int: KafkaError] = [:]
    }

    /// The slots.
    ///
    /// Unchecked because of the pointer: a slot is written by whoever gives its record the one outcome, and read when
    /// all have theirs. `remaining` orders the two.
    private struct Slots: @unchecked Sendable {
        let base: UnsafeMutablePointer<Slot>
    }

    /// The records, in the order in which they were given.
    let records: [KafkaProducerRecord]
    /// When records that still wait for room are given up.
    let deadline: Deadline
    /// The flush round that the batch belongs to; set once, before its first record is handed over.
    private let flushRound = Atomic<UInt64>(0)
    /// Whether its sender has been cancelled.
    private let cancellation = Atomic(false)
    /// Records without an outcome.
    private let remaining: Atomic<Int>
    private let slots: Slots
    private let state = Mutex(State())

    /// Takes records, at least one.
    init(_ records: [KafkaProducerRecord], deadline: Deadline) {
        self.records = records
        self.deadline = deadline
        self.remaining = Atomic(records.count)
        self.slots = Slots(base: .allocate(capacity: records.count))
        for index in records.indices {
            (self.slots.base + index).initialize(to: Slot(batch: .passUnretained(self), index: index))
        }
    }

    deinit {
        self.slots.base.deallocate()
    }

    /// The flush round that the batch belongs to.
    var round: UInt64 {
        get { self.flushRound.load(ordering: .relaxed) }
        set { self.flushRound.store(newValue, ordering: .relaxed) }
    }

    /// Whether its sender has been cancelled; what still waits for room is given up then.
    var isCancelled: Bool {
        self.cancellation.load(ordering: .acquiring)
    }

    /// Notes that the sender has been cancelled.
    func cancel() {
        self.cancellation.store(true, ordering: .releasing)
    }

    /// Keeps the batch, and its sender suspended, until all records have an outcome.
    func open(_ continuation: CheckedContinuation<Void, Never>) {
        self.state.withLock { state in
            state.itself = self
            state.continuation = continuation
        }
    }

    /// The pointer that librdkafka carries for a record.
    func slot(_ index: Int) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(self.slots.base + index)
    }

    /// The slot of a pointer that librdkafka has carried, for the report of its record.
    static func slot(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Slot> {
        pointer.assumingMemoryBound(to: Slot.self)
    }

    /// Notes that a record failed.
    func fail(_ index: Int, _ error: KafkaError) {
        self.state.withLock { $0.errors[index] = error }
        self.settle(1)
    }

    /// Counts records that have got their outcome, and resumes the sender after the last one.
    func settle(_ count: Int) {
        guard count > 0, self.remaining.subtract(count, ordering: .acquiringAndReleasing).newValue == 0 else { return }
        let continuation = self.state.withLock { state in
            state.itself = nil
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }

    /// The outcome of each record, at its place, once all have one.
    func results() -> [Result<KafkaDelivery, KafkaError>] {
        let errors = self.state.withLock { $0.errors }
        return self.records.indices.map { self.result($0, errors[$0]) }
    }

    /// The outcome of the first record, once all have one.
    func firstResult() throws(KafkaError) -> KafkaDelivery {
        try self.result(0, self.state.withLock { $0.errors[0] }).get()
    }

    private func result(_ index: Int, _ error: KafkaError?) -> Result<KafkaDelivery, KafkaError> {
        if let error { return .failure(error) }
        let slot = self.slots.base[index]
        return .success(
            KafkaDelivery(topic: self.records[index].topic, partition: slot.partition, offset: slot.offset)
        )
    }
}

extension UnsafeMutablePointer<DeliveryBatch.Slot> {
    /// Notes where the record was stored; to be followed by `DeliveryBatch.settle`.
    func stored(partition: Int32, offset: Int64) {
        self.pointee.partition = partition
        self.pointee.offset = offset
    }
}
