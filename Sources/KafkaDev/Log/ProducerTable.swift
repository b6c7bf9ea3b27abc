import NIOCore

/// The idempotent producers of a partition.
struct ProducerTable: Equatable {
    private(set) var states: [Int64: ProducerState] = [:]
    private let producersMax: Int

    /// - Parameter producersMax: beyond it, those that were silent for longest are forgotten.
    init(producersMax: Int) {
        self.producersMax = max(1, producersMax)
    }

    /// Judges a batch.
    ///
    /// A producer that is not known may begin with any sequence: its topic may have been made anew, or it was silent for so
    /// long that it was forgotten.
    func verdict(_ header: RecordBatchHeader) -> ProducerState.Verdict {
        guard header.isIdempotent, let state = self.states[header.producerID] else { return .append }
        return state.verdict(header)
    }

    /// Takes note of a stored batch.
    mutating func stored(_ header: RecordBatchHeader, at time: Int64) {
        guard header.isIdempotent else { return }
        if self.states[header.producerID] == nil {
            self.makeRoom()
            self.states[header.producerID] = ProducerState(
                epoch: header.producerEpoch,
                batches: [],
                nextSequence: header.baseSequence,
                lastUse: time
            )
        }
        self.states[header.producerID]?.stored(header, at: time)
    }

    /// Takes note of a batch that was not stored, so that the ones behind it, already under way, are not taken for the
    /// first ones of a producer that was forgotten.
    mutating func failed(_ header: RecordBatchHeader, at time: Int64) {
        guard header.isIdempotent, self.states[header.producerID] == nil else { return }
        self.makeRoom()
        self.states[header.producerID] = ProducerState(
            epoch: header.producerEpoch,
            batches: [],
            nextSequence: header.baseSequence,
            lastUse: time
        )
    }

    private mutating func makeRoom() {
        guard self.states.count >= self.producersMax else { return }
        // A tenth at once, so that a flood of producers does not sort the table for each.
        let oldest = self.states.sorted { $0.value.lastUse < $1.value.lastUse }
        for (id, _) in oldest.prefix(max(1, self.producersMax / 10)) { self.states[id] = nil }
    }

    /// The table as bytes, for `init(snapshot:producersMax:)`.
    func snapshot() -> [UInt8] {
        var output = ByteBuffer()
        output.writeInteger(Int32(1))
        output.writeInteger(Int32(self.states.count))
        for (id, state) in self.states.sorted(by: { $0.key < $1.key }) {
            output.writeMultipleIntegers(id, state.epoch, state.nextSequence, state.lastUse, Int32(state.batches.count))
            for batch in state.batches {
                output.writeMultipleIntegers(
                    batch.firstSequence,
                    batch.lastSequence,
                    batch.baseOffset,
                    batch.lastOffset
                )
            }
        }
        let checksum = output.withUnsafeReadableBytes { CRC32C.of($0) }
        output.writeInteger(checksum)
        return Array(output.readableBytesView)
    }

    /// The table that `snapshot()` made bytes of; nil for other bytes.
    init?(snapshot: [UInt8], producersMax: Int) {
        self.init(producersMax: producersMax)
        guard snapshot.count >= 12 else { return nil }
        var input = ByteBuffer(bytes: snapshot.dropLast(4))
        let checksum = input.withUnsafeReadableBytes { CRC32C.of($0) }
        guard ByteBuffer(bytes: snapshot.suffix(4)).getInteger(at: 0, as: UInt32.self) == checksum,
            let (version, count) = input.readMultipleIntegers(as: (Int32, Int32).self), version == 1, count >= 0
        else { return nil }
        for _ in 0..<count {
            guard
                let (id, epoch, next, lastUse, batches) = input.readMultipleIntegers(
                    as: (Int64, Int16, Int32, Int64, Int32).self
                ),
                batches >= 0
            else { return nil }
            var state = ProducerState(epoch: epoch, batches: [], nextSequence: next, lastUse: lastUse)
            for _ in 0..<batches {
                guard
                    let (first, last, base, end) = input.readMultipleIntegers(as: (Int32, Int32, Int64, Int64).self)
                else { return nil }
                state.batches.append(
                    .init(firstSequence: first, lastSequence: last, baseOffset: base, lastOffset: end)
                )
            }
            self.states[id] = state
        }
    }
}
