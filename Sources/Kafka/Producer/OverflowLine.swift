/// Records that wait for room in the client's queue, first come, first served.
///
/// It needs no bound of its own: each batch in it has a sender who is suspended meanwhile and who holds the records.
struct OverflowLine {
    private struct Entry {
        /// `nil` once it has left the line.
        var batch: DeliveryBatch?
        /// The record whose turn comes next.
        var next: Int
    }

    private var entries: [Entry] = []
    /// The first entry that may still wait.
    private var head = 0
    /// Entries that have been removed from the front of the array.
    private var removed = 0
    /// The places of the batches, counted from the line's beginning.
    private var places: [ObjectIdentifier: Int] = [:]
    /// Records in the line.
    private(set) var recordCount = 0

    var isEmpty: Bool {
        self.recordCount == 0
    }

    /// The record whose turn it is.
    var first: (batch: DeliveryBatch, index: Int)? {
        guard self.head < self.entries.count, let batch = self.entries[self.head].batch else { return nil }
        return (batch, self.entries[self.head].next)
    }

    /// Adds the records of a batch from `first` on.
    mutating func append(_ batch: DeliveryBatch, from first: Int) {
        guard first < batch.records.count else { return }
        self.places[ObjectIdentifier(batch)] = self.removed + self.entries.count
        self.entries.append(Entry(batch: batch, next: first))
        self.recordCount += batch.records.count - first
    }

    /// Removes the record whose turn it was.
    ///
    /// Does nothing to an empty line.
    mutating func removeFirst() {
        guard let (batch, index) = self.first else { return }
        self.recordCount -= 1
        self.entries[self.head].next = index + 1
        guard index + 1 == batch.records.count else { return }
        self.leave(batch, at: self.head)
    }

    /// Removes a batch from wherever it stands.
    ///
    /// - Returns: its records that have waited; none when it is not in the line.
    mutating func remove(_ batch: DeliveryBatch) -> Range<Int> {
        guard let place = self.places[ObjectIdentifier(batch)] else { return 0..<0 }
        let rest = self.entries[place - self.removed].next..<batch.records.count
        self.recordCount -= rest.count
        self.leave(batch, at: place - self.removed)
        return rest
    }

    /// Empties the line and returns what was in it.
    mutating func removeAll() -> [(batch: DeliveryBatch, index: Int)] {
        let rest = self.entries[self.head...].flatMap { entry -> [(batch: DeliveryBatch, index: Int)] in
            guard let batch = entry.batch else { return [] }
            return (entry.next..<batch.records.count).map { (batch, $0) }
        }
        self = OverflowLine()
        return rest
    }

    private mutating func leave(_ batch: DeliveryBatch, at index: Int) {
        self.places[ObjectIdentifier(batch)] = nil
        self.entries[index].batch = nil
        while self.head < self.entries.count, self.entries[self.head].batch == nil { self.head += 1 }
        // Moving the rest down costs as much as what has left since the last time, so it is cheap for each batch.
        guard self.head == self.entries.count || self.head * 2 > max(64, self.entries.count) else { return }
        self.entries.removeFirst(self.head)
        self.removed += self.head
        self.head = 0
    }
}
