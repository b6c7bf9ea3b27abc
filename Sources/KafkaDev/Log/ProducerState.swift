/// What a partition remembers of an idempotent producer.
struct ProducerState: Equatable {
    /// How many batches can be recognised when they come again: librdkafka and the Java client have at most five of a
    /// partition under way.
    static let batchesMax = 5

    /// A batch that was stored.
    struct Batch: Equatable {
        var firstSequence: Int32
        var lastSequence: Int32
        var baseOffset: Int64
        var lastOffset: Int64
    }

    var epoch: Int16
    /// The newest batches, oldest first; none when the first one could not be stored.
    var batches: [Batch]
    /// The sequence that must come next.
    var nextSequence: Int32
    /// When it last stored something, in Unix milliseconds.
    var lastUse: Int64

    /// What to do with a batch.
    enum Verdict: Equatable {
        case append
        case duplicate(Batch)
        case refuse(ErrorCode)
    }

    /// Judges a batch of this producer.
    func verdict(_ header: RecordBatchHeader) -> Verdict {
        if header.producerEpoch < self.epoch { return .refuse(.invalidProducerEpoch) }
        if header.producerEpoch > self.epoch {
            return header.baseSequence == 0 ? .append : .refuse(.outOfOrderSequence)
        }
        if let batch = self.batches.first(where: {
            $0.firstSequence == header.baseSequence && $0.lastSequence == header.lastSequence
        }) {
            return .duplicate(batch)
        }
        return header.baseSequence == self.nextSequence ? .append : .refuse(.outOfOrderSequence)
    }

    /// Takes note of a stored batch.
    mutating func stored(_ header: RecordBatchHeader, at time: Int64) {
        if header.producerEpoch != self.epoch { self.batches = [] }
        self.epoch = header.producerEpoch
        if self.batches.count >= Self.batchesMax { self.batches.removeFirst() }
        self.batches.append(
            Batch(
                firstSequence: header.baseSequence,
                lastSequence: header.lastSequence,
                baseOffset: header.baseOffset,
                lastOffset: header.lastOffset
            )
        )
        self.nextSequence = header.lastSequence == .max ? 0 : header.lastSequence + 1
        self.lastUse = time
    }
}
