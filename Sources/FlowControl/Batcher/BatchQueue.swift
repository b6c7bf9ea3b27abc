/// The decisions of a `Batcher`: what is taken in, what a worker does next, and when gathered records are flushed.
///
/// Pure: no clock and no waiting; times are told as the time since some start.
struct BatchQueue<Element: Sendable> {
    struct Entry {
        let element: Element
        let byteCount: Int
    }

    /// A flush whose batches are all finished.
    struct FinishedFlush {
        let number: Int
        let last: Element
        let count: Int
    }

    private struct Shard {
        /// Whole batches, of flushes.
        var batches: [Batch<Element>] = []
        /// Keys with gathered records, the one that waits longest first; only when adaptive.
        var gathered = KeyedRecords<Element>()
        var isBusy = false
    }

    private struct Flush {
        let last: Element
        let count: Int
        var batchesLeft: Int
    }

    let options: BatcherOptions
    private var shards: [Shard]
    private var gathered = KeyedRecords<Element>()
    private var gatheredSince: Duration = .zero
    private var lastGathered: Element?
    private var flushes: [Int: Flush] = [:]
    private var flushNumber = 0
    private(set) var pendingCount = 0
    private(set) var pendingBytes = 0
    private(set) var isFinishing = false

    init(_ options: BatcherOptions) {
        self.options = options
        self.shards = Array(repeating: Shard(), count: options.workerCount)
    }

    /// Whether nothing is left to do.
    var isDrained: Bool {
        self.isFinishing && self.pendingCount == 0 && self.flushes.isEmpty
    }

    /// Whether a record of this size fits into the bounds now.
    func hasRoom(for byteCount: Int) -> Bool {
        self.pendingCount < self.options.pendingCountMax
            && self.pendingBytes + byteCount <= self.options.pendingBytesMax
    }

    /// Takes a record in; the caller has asked `hasRoom`.
    ///
    /// - Returns: the worker that may have work by it; nil when it is gathered for a flush.
    mutating func add(_ entry: Entry, key: String, now: Duration) -> Int? {
        self.pendingCount += 1
        self.pendingBytes += entry.byteCount
        guard case .interval = self.options.pace else {
            let index = KeyShard.index(of: key, workerCount: self.options.workerCount)
            self.shards[index].gathered.append(entry, key: key)
            return index
        }
        if self.gathered.isEmpty { self.gatheredSince = now }
        self.gathered.append(entry, key: key)
        self.lastGathered = entry.element
        return nil
    }

    /// The next batch of a worker that is free; it is busy with it from now on.
    mutating func next(worker index: Int) -> Batch<Element>? {
        guard !self.shards[index].isBusy else { return nil }
        let batch: Batch<Element>?
        if self.shards[index].batches.isEmpty {
            batch = self.shards[index].gathered.takeBatch(
                countMax: self.options.countMax,
                bytesMax: self.options.bytesMax,
                flush: nil
            )
        } else {
            batch = self.shards[index].batches.removeFirst()
        }
        self.shards[index].isBusy = batch != nil
        return batch
    }

    /// A worker has finished its batch.
    ///
    /// - Returns: the flush that this was the last batch of.
    mutating func finished(_ batch: Batch<Element>, worker index: Int) -> FinishedFlush? {
        self.shards[index].isBusy = false
        self.pendingCount -= batch.elements.count
        self.pendingBytes -= batch.byteCount
        guard let number = batch.flush, var flush = self.flushes[number] else { return nil }
        flush.batchesLeft -= 1
        self.flushes[number] = flush
        guard flush.batchesLeft == 0 else { return nil }
        return FinishedFlush(number: number, last: flush.last, count: flush.count)
    }

    /// The end of a flush has been told.
    mutating func reported(_ flush: FinishedFlush) {
        self.flushes[flush.number] = nil
    }

    /// When the gathered records are to be flushed at the latest; nil when there are none or a flush has to end first.
    var flushTime: Duration? {
        guard case .interval(let interval) = self.options.pace, !self.gathered.isEmpty else { return nil }
        guard !self.options.waitsForFlush || self.flushes.isEmpty else { return nil }
        return self.gatheredSince + interval
    }

    /// Hands the gathered records to the workers if it is time for it.
    ///
    /// - Returns: the workers that have work by it.
    mutating func flushIfDue(now: Duration) -> [Int] {
        guard let flushTime, let last = self.lastGathered else { return [] }
        let isFull =
            self.gathered.count >= self.options.countMax || self.gathered.byteCount >= self.options.bytesMax
            || self.pendingCount >= self.options.pendingCountMax
        guard isFull || self.isFinishing || now >= flushTime else { return [] }
        self.flushNumber += 1
        var workers: Set<Int> = []
        var batchCount = 0
        let count = self.gathered.count
        while let batch = self.gathered.takeBatch(
            countMax: self.options.countMax,
            bytesMax: self.options.bytesMax,
            flush: self.flushNumber
        ) {
            let index = KeyShard.index(of: batch.key, workerCount: self.options.workerCount)
            self.shards[index].batches.append(batch)
            workers.insert(index)
            batchCount += 1
        }
        self.flushes[self.flushNumber] = Flush(last: last, count: count, batchesLeft: batchCount)
        self.lastGathered = nil
        return workers.sorted()
    }

    /// Takes nothing more; what is there is still worked on.
    mutating func finish() {
        self.isFinishing = true
    }
}
