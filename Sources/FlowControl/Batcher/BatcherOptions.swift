/// How a `Batcher` gathers records into batches, and the bounds of what it holds.
public struct BatcherOptions: Sendable, Hashable {
    /// When gathered records are handed out.
    public enum Pace: Sendable, Hashable {
        /// A worker that is free takes what is there at once; what arrives while it is busy forms its next batch.
        ///
        /// No timer stands between a record and its work, and load makes batches larger by itself.
        case adaptive
        /// Records are gathered for all keys together and handed out when a bound of a flush is reached or the oldest
        /// is this old.
        case interval(Duration)
    }

    /// When gathered records are handed out.
    public var pace: Pace = .adaptive
    /// Records in one batch (adaptive) or in one flush (interval), at most.
    public var countMax = 500
    /// Bytes in one batch or flush, at most; a single record that is larger goes alone.
    public var bytesMax = 1 << 20
    /// Batches that are worked on at the same time; all records of a key go to the same worker.
    public var workerCount = 50
    /// With `.interval`: whether a flush waits until every batch of the flush before it is finished.
    public var waitsForFlush = false
    /// Records that are accepted and not finished, at most; `put` waits while they are so many.
    public var pendingCountMax = 1000
    /// Bytes that are accepted and not finished, at most; a larger record is refused.
    public var pendingBytesMax = 16 << 20
    /// Calls of `put` that wait, at most; the next one is refused.
    public var waitersMax = 10_000

    /// Adaptive, with the bounds above.
    public init() {}

    /// What OpenIM v3.8 sets for its consumer of `toRedis`: 500 records or 100 ms, 50 workers, one flush at a time.
    public static var openIM: BatcherOptions {
        var options = BatcherOptions()
        options.pace = .interval(.milliseconds(100))
        options.waitsForFlush = true
        return options
    }

    /// The first rule that a value breaks; nil when all hold.
    var violation: String? {
        let bounds = [
            ("countMax", self.countMax), ("bytesMax", self.bytesMax), ("workerCount", self.workerCount),
            ("pendingCountMax", self.pendingCountMax), ("pendingBytesMax", self.pendingBytesMax),
        ]
        if let (name, value) = bounds.first(where: { $0.1 < 1 }) { return "\(name) is \(value), at least 1 is needed" }
        if self.waitersMax < 0 { return "waitersMax is \(self.waitersMax), at least 0 is needed" }
        if case .interval(let interval) = self.pace, interval <= .zero {
            return "the interval is \(interval), more than zero is needed"
        }
        return nil
    }
}
