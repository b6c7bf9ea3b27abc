import CRdkafka
import Synchronization

/// The records of one `send`, and the one continuation that waits for all of them.
///
/// librdkafka carries a pointer to a record's slot and hands it back with the delivery report. Every record that has
/// such a pointer under way holds a reference to the batch, so the slots live as long as C can name them.
final class DeliveryBatch: Sendable {
    /// What librdkafka carries for a record: whom to tell, and which record it is.
    struct Slot {
        var batch: Unmanaged<DeliveryBatch>
        var index: Int
    }

    private struct State {
        var results: [Result<KafkaDelivery, KafkaError>?]
        var remaining: Int
        var continuation: CheckedContinuation<[Result<KafkaDelivery, KafkaError>], Never>?
    }

    /// The slots; written once in `init`, read-only afterwards, freed with the batch.
    private struct Slots: @unchecked Sendable {
        let base: UnsafeMutablePointer<Slot>
    }

    /// The records, in the order in which they were given.
    let records: [KafkaProducerRecord]
    /// When records that still wait for room are given up.
    let deadline: ContinuousClock.Instant
    /// The flush round that the batch belongs to; set once, before its first record is handed over.
    private let flushRound = Atomic<UInt64>(0)
    private let slots: Slots
    private let state: Mutex<State>

    init(
        _ records: [KafkaProducerRecord],
        deadline: ContinuousClock.Instant,
        continuation: CheckedContinuation<[Result<KafkaDelivery, KafkaError>], Never>
    ) {
        self.records = records
        self.deadline = deadline
        self.slots = Slots(base: .allocate(capacity: records.count))
        self.state = Mutex(
            State(
                results: Array(repeating: nil, count: records.count),
                remaining: records.count,
                continuation: continuation
            )
        )
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

    /// The pointer that librdkafka carries for a record; it comes with a reference that `settle` or `discard` gives up.
    func retainSlot(_ index: Int) -> UnsafeMutableRawPointer {
        let slot = self.slots.base + index
        _ = slot.pointee.batch.retain()
        return UnsafeMutableRawPointer(slot)
    }

    /// Gives up the reference of a slot that librdkafka has refused to carry.
    func discardSlot() {
        Unmanaged.passUnretained(self).release()
    }

    /// Notes the outcome of the record that librdkafka carried `pointer` for.
    ///
    /// - Returns: the flush round that the record belongs to.
    static func settle(_ pointer: UnsafeMutableRawPointer, _ result: Result<KafkaDelivery, KafkaError>) -> UInt64 {
        let slot = pointer.assumingMemoryBound(to: Slot.self).pointee
        let batch = slot.batch.takeRetainedValue()
        let round = batch.round
        batch.settle(slot.index, result)
        return round
    }

    /// Notes the outcome of a record, and resumes the sender after the last one.
    func settle(_ index: Int, _ result: Result<KafkaDelivery, KafkaError>) {
        let finished = self.state.withLock { state -> State? in
            guard state.results[index] == nil else { return nil }
            state.results[index] = result
            state.remaining -= 1
            guard state.remaining == 0 else { return nil }
            defer { state.continuation = nil }
            return state
        }
        guard let finished else { return }
        finished.continuation?.resume(returning: finished.results.compactMap(\.self))
    }
}
