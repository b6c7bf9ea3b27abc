/// What a client's thread has ready for the one task that reads a partition: at most about one batch.
///
/// Everything beyond stays in librdkafka's queue of the partition, which has bounds of its own and stops fetching at
/// them. So a reader that is slow holds up nothing but its own partition, and memory stays bounded.
struct RecordMailbox {
    /// How a call for the next batch ends.
    typealias Outcome = Result<[KafkaRecord]?, KafkaError>
    /// A reader that waits.
    typealias Waiter = CheckedContinuation<Outcome, Never>

    /// A reader to be resumed once the lock has been released.
    struct Resumption {
        var waiter: Waiter
        var outcome: Outcome

        func run() {
            self.waiter.resume(returning: self.outcome)
        }
    }

    /// Bounds of what may be put in.
    ///
    /// The last record may go beyond the bytes.
    struct Room {
        var records: Int
        var bytes: Int

        var isEmpty: Bool {
            self.records <= 0 || self.bytes <= 0
        }
    }

    private enum Ending {
        /// Open, records can follow.
        case none
        /// No record follows, but what is here is still given out.
        case afterRecords(KafkaError?)
        /// Nothing is given out any more.
        case now
    }

    /// The most records of a batch.
    let recordsMax: Int
    /// The most bytes of a batch; a single larger record comes alone.
    let bytesMax: Int
    private var records = RecordChunk()
    private var waiter: (id: UInt64, waiter: Waiter)?
    private var ending = Ending.none

    init(recordsMax: Int, bytesMax: Int) {
        self.recordsMax = recordsMax
        self.bytesMax = bytesMax
    }

    /// How much more it takes; nothing when it is full or has ended.
    var room: Room {
        guard case .none = self.ending else { return Room(records: 0, bytes: 0) }
        return Room(
            records: max(0, self.recordsMax - self.records.count),
            bytes: max(0, self.bytesMax - self.records.bytes)
        )
    }

    /// Records that wait here, for tests and metrics.
    var count: Int {
        self.records.count
    }

    /// Takes out what is here, for whoever fills it up outside of the lock and gives it back by `append`.
    ///
    /// Nothing is copied so, and a reader who comes in between waits for it.
    mutating func takeForFilling() -> RecordChunk {
        defer { self.records = RecordChunk() }
        return self.records
    }

    /// Takes records in, and hands a batch to a reader that waits.
    mutating func append(_ new: RecordChunk) -> Resumption? {
        guard self.takesRecords, new.count > 0 else { return nil }
        if self.records.count == 0 { self.records = new } else { self.records.append(new) }
        return self.resumption()
    }

    /// Whether records may come.
    ///
    /// They may come behind an error that passes, too: reading goes on after it, and they would be missing.
    private var takesRecords: Bool {
        switch self.ending {
        case .none: true
        case .afterRecords(let error): error?.isRetriable ?? false
        case .now: false
        }
    }

    /// Ends the mailbox once what is in it has been read: with an error, or as at the end of a stream.
    mutating func finish(_ error: KafkaError?) -> Resumption? {
        guard case .none = self.ending else { return nil }
        self.ending = .afterRecords(error)
        return self.resumption()
    }

    /// Ends the mailbox at once; what was not read is dropped and will be read again by the next owner.
    mutating func end() -> Resumption? {
        self.records = RecordChunk()
        self.ending = .now
        return self.resumption()
    }

    /// Drops everything and opens the mailbox again, unless it has ended for good.
    mutating func reset() {
        self.records = RecordChunk()
        if case .afterRecords = self.ending { self.ending = .none }
    }

    /// What a reader gets at once, or `nil` when it has to wait.
    mutating func take() -> Outcome? {
        if case .now = self.ending { return .success(nil) }
        guard self.records.count == 0 else { return .success(self.batch()) }
        guard case .afterRecords(let error) = self.ending else { return nil }
        guard let error else { return .success(nil) }
        // A passing error is told once; a lasting one at every call, until the reader starts anew.
        if error.isRetriable { self.ending = .none }
        return .failure(error)
    }

    /// Lets a reader wait.
    ///
    /// `false` when another one does already.
    mutating func wait(id: UInt64, _ waiter: Waiter) -> Bool {
        guard self.waiter == nil else { return false }
        self.waiter = (id, waiter)
        return true
    }

    /// Takes a waiting reader out, whose task was cancelled.
    mutating func cancel(id: UInt64) -> Waiter? {
        guard let waiter = self.waiter, waiter.id == id else { return nil }
        self.waiter = nil
        return waiter.waiter
    }

    private mutating func resumption() -> Resumption? {
        guard let waiter = self.waiter, let outcome = self.take() else { return nil }
        self.waiter = nil
        return Resumption(waiter: waiter.waiter, outcome: outcome)
    }

    private mutating func batch() -> [KafkaRecord] {
        // The usual case, in which no record is looked at.
        guard self.records.count > self.recordsMax || self.records.bytes > self.bytesMax else {
            return self.takeForFilling().records
        }
        return self.records.removeFirst(records: self.recordsMax, bytes: self.bytesMax)
    }
}
