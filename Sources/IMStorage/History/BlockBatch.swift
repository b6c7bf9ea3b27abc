/// The messages of several records, arranged for writing: what shares a block is one write.
struct BlockBatch {
    /// The most bytes of a document in MongoDB.
    static let documentBytesMax = 16 << 20
    /// The most encoded bytes of one write; with the block that it makes, well below MongoDB's 16 MiB a document.
    static let partBytesMax = 8 << 20
    /// The most encoded bytes of the writes that are sent together.
    static let bulkBytesMax = 16 << 20
    /// The most writes that are sent together, so that a slow server has answered before the deadline of the call: a bulk
    /// that times out is repeated whole, and would never end if it were too large.
    static let bulkWritesMax = 100

    /// Bulks, to be written one after the other; in one of them no two writes share a block.
    private(set) var bulks: [[BlockPart]] = []

    /// Arranges `runs`, in which a message may occur more than once.
    ///
    /// Of two different messages for one slot the first comes in an earlier bulk.
    init(_ runs: [SequencedMessages]) throws {
        var waves: [Wave] = []
        for run in runs {
            for part in try BlockPart.split(run) {
                var rest: BlockPart? = part
                var index = 0
                while let part = rest {
                    if index == waves.count { waves.append(Wave()) }
                    rest = waves[index].add(part)
                    index += 1
                }
            }
        }
        self.bulks = waves.flatMap(\.bulks)
    }

    /// Parts of different blocks.
    private struct Wave {
        private var parts: [BlockPart] = []
        private var byteCounts: [Int] = []
        private var indexes: [String: Int] = [:]

        /// Takes in what fits; returns what must be written later, nil when that is nothing.
        mutating func add(_ part: BlockPart) -> BlockPart? {
            let index = self.index(of: part)
            var later: [BlockPart.Message] = []
            for message in part.messages {
                let bytes = MessageDocument.byteCount(of: message.data)
                if let other = self.parts[index].messages.first(where: { $0.slot == message.slot }) {
                    if other.identity != message.identity { later.append(message) }
                } else if self.byteCounts[index] > 0, self.byteCounts[index] + bytes > BlockBatch.partBytesMax {
                    later.append(message)
                } else {
                    self.parts[index].messages.append(message)
                    self.parts[index].insertsBlock = self.parts[index].insertsBlock || message.slot == 0
                    self.byteCounts[index] += bytes
                }
            }
            guard !later.isEmpty else { return nil }
            var rest = part
            rest.messages = later
            rest.insertsBlock = false
            return rest
        }

        private mutating func index(of part: BlockPart) -> Int {
            let documentID = part.documentID
            if let index = self.indexes[documentID] { return index }
            var empty = part
            empty.messages = []
            empty.insertsBlock = false
            self.parts.append(empty)
            self.byteCounts.append(0)
            self.indexes[documentID] = self.parts.count - 1
            return self.parts.count - 1
        }

        /// The parts in groups of at most `bulkWritesMax` and `bulkBytesMax`.
        var bulks: [[BlockPart]] {
            var bulks: [[BlockPart]] = []
            var bytes = 0
            for (part, partBytes) in zip(self.parts, self.byteCounts) {
                let isFull = bulks.last.map { $0.count == BlockBatch.bulkWritesMax } ?? true
                if isFull || bytes + partBytes > BlockBatch.bulkBytesMax {
                    bulks.append([])
                    bytes = 0
                }
                bulks[bulks.count - 1].append(part)
                bytes += partBytes
            }
            return bulks
        }
    }
}
