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
    private var records: [KafkaRecord] = []
    private var bytes = 0
    private var waiter: (id: UInt64, waiter: Waiter)?
    private var ending = Ending.none

    init(recordsMax: Int, bytesMax: Int) {
        self.recordsMax = recordsMax
        self.bytesMax = bytesMax
    }

    /// How many more records it takes; 0 when it is full or has ended.
    var room: Int {
        guard case .none = self.ending, self.bytes < self.bytesMax else { return 0 }
        return max(0, self.recordsMax - self.records.count)
    }

    /// Records that wait here, for tests and metrics.
    var count: Int {
        self.records.count
    }

    /// Takes records in, and hands a batch to a reader that waits.
    mutating func append(_ new: [KafkaRecord]) -> Resumption? {
        guard case .none = self.ending, !new.isEmpty else { return nil }
        self.records.append(contentsOf: new)
        for record in new { self.bytes += record.sizeBytes }
        return self.resumption()
    }

    /// Ends the mailbox once what is in it has been read: with an error, or as at the end of a stream.
    mutating func finish(_ error: KafkaError?) -> Resumption? {
        guard case .none = self.ending else { return nil }
        self.ending = .afterRecords(error)
        return self.resumption()
    }

    /// Ends the mailbox at once; what was not read is dropped and will be read again by the next owner.
    mutating func end() -> Resumption? {
        self.records = []
        self.bytes = 0
        self.ending = .now
        return self.resumption()
    }

    /// Drops everything and opens the mailbox again, unless it has ended for good.
    mutating func reset() {
        self.records = []
        self.bytes = 0
        if case .afterRecords = self.ending { self.ending = .none }
    }

    /// What a reader gets at once, or `nil` when it has to wait.
    mutating func take() -> Outcome? {
        if case .now = self.ending { return .success(nil) }
        guard self.records.isEmpty else { return .success(self.batch()) }
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
        var count = 0
        var size = 0
        for record in self.records {
            let next = record.sizeBytes
            guard count == 0 || (count < self.recordsMax && size + next <= self.bytesMax) else { break }
            count += 1
            size += next
        }
        self.bytes -= size
        guard count < self.records.count else {
            defer { self.records = [] }
            return self.records
        }
        defer { self.records.removeFirst(count) }
        return Array(self.records.prefix(count))
    }
}
