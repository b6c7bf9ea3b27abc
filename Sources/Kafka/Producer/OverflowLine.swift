/// Records that wait for room in the client's queue, first come, first served.
struct OverflowLine {
    private var batches: [(batch: DeliveryBatch, next: Int)] = []
    private var head = 0
    /// Records in the line.
    private(set) var recordCount = 0

    var isEmpty: Bool {
        self.recordCount == 0
    }

    /// The record whose turn it is.
    var first: (batch: DeliveryBatch, index: Int)? {
        guard self.head < self.batches.count else { return nil }
        let entry = self.batches[self.head]
        return (entry.batch, entry.next)
    }

    /// Adds the records of a batch from `first` on.
    mutating func append(_ batch: DeliveryBatch, from first: Int) {
        guard first < batch.records.count else { return }
        self.batches.append((batch, first))
        self.recordCount += batch.records.count - first
    }

    /// Removes the record whose turn it was.
    ///
    /// Does nothing to an empty line.
    mutating func removeFirst() {
        guard self.head < self.batches.count else { return }
        self.recordCount -= 1
        self.batches[self.head].next += 1
        guard self.batches[self.head].next == self.batches[self.head].batch.records.count else { return }
        self.head += 1
        // Moving the rest down each time would cost the square of the line's length.
        guard self.head == self.batches.count || self.head >= 64 else { return }
        self.batches.removeFirst(self.head)
        self.head = 0
    }

    /// Empties the line and returns what was in it.
    mutating func removeAll() -> [(batch: DeliveryBatch, index: Int)] {
        let rest = self.batches[self.head...].flatMap { entry in
            (entry.next..<entry.batch.records.count).map { (entry.batch, $0) }
        }
        self = OverflowLine()
        return rest
    }
}
