import CRdkafka

/// Moves records from librdkafka's queue of a partition into a mailbox.
///
/// For the client's thread.
struct PartitionFeed: ~Copyable {
    /// What a feed came upon besides records.
    enum Signal {
        case error(KafkaError)
        /// All records up to this offset (exclusive) have been read.
        case end(Int64)
    }

    /// Messages taken from the queue at once: few enough that large ones stay near the mailbox's bound in bytes.
    private static let chunk = 64

    /// Bounds of librdkafka's queue, above which it fetches nothing.
    struct Bounds {
        var records: Int
        var bytes: Int
    }

    private let queue: RDKafkaQueue
    private let topic: String
    private let bounds: Bounds
    /// Below this offset nothing is passed on.
    private var firstOffset: Int64
    /// Whether the queue has been full, and librdkafka may sleep because of that.
    private var isFull = false
    /// What has been taken out since the queue was full last.
    private var taken = Bounds(records: 0, bytes: 0)

    init(_ queue: consuming RDKafkaQueue, topic: String, firstOffset: Int64, bounds: Bounds) {
        self.queue = queue
        self.topic = topic
        self.firstOffset = firstOffset
        self.bounds = bounds
    }

    /// Begins at another offset, or at one that is not known yet (0).
    mutating func move(to offset: Int64) {
        self.firstOffset = offset
    }

    /// Records that wait in the queue.
    var count: Int {
        self.queue.count
    }

    /// Takes what is there at once, as far as the mailbox has room.
    ///
    /// - Parameters:
    ///   - reader: the mailbox.
    ///   - end: records from this offset on are dropped, and reported by a signal.
    ///   - signal: called for everything that is no record, in order with the records.
    /// - Returns: whether the queue is half empty after it has been full: then `FetchWaker` has to follow.
    mutating func pump(into reader: RecordReader, upTo end: Int64 = .max, signal: (Signal) -> Void) -> Bool {
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<rd_kafka_message_t>?.self, capacity: Self.chunk) {
            slots in
            var isRefillDue = false
            while true {
                let waiting = self.queue.count
                isRefillDue = self.isRefillDue(waiting) || isRefillDue
                let wanted = min(reader.room, waiting, Self.chunk)
                guard wanted > 0 else { return isRefillDue }
                let count = rd_kafka_consume_batch_queue(self.queue.raw, 0, slots.baseAddress, wanted)
                guard count > 0 else { return isRefillDue }
                self.take(slots.prefix(count), into: reader, upTo: end, signal)
            }
        }
    }

    private mutating func take(
        _ slots: Slice<UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>>,
        into reader: RecordReader,
        upTo end: Int64,
        _ signal: (Signal) -> Void
    ) {
        var records: [KafkaRecord] = []
        records.reserveCapacity(slots.count)
        for slot in slots {
            guard let message = slot else { continue }
            defer { rd_kafka_message_destroy(message) }
            let offset = message.pointee.offset
            if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                reader.append(records)
                records.removeAll()
                signal(.end(offset))
            } else if let error = RDKafkaMessage.error(of: message, topic: self.topic) {
                reader.append(records)
                records.removeAll()
                signal(.error(error))
            } else if offset >= end {
                reader.append(records)
                records.removeAll()
                signal(.end(offset))
            } else if offset >= self.firstOffset {
                let record = RDKafkaMessage.record(copying: message, topic: self.topic)
                self.taken.records += 1
                self.taken.bytes += record.sizeBytes
                records.append(record)
            }
        }
        reader.append(records)
    }

    /// Whether the queue has become half empty since it was full.
    ///
    /// Nobody else takes records out, so a queue that is full is seen so here. Its bytes cannot be asked for: they are
    /// estimated from the records that have been taken, and an estimate that was too low shows when the queue is empty.
    private mutating func isRefillDue(_ waiting: Int) -> Bool {
        let mean = self.taken.bytes / max(1, self.taken.records)
        let (bytes, _) = waiting.multipliedReportingOverflow(by: mean)
        if waiting + Self.chunk >= self.bounds.records || bytes >= self.bounds.bytes / 4 * 3 { self.isFull = true }
        if waiting == 0, self.taken.bytes >= self.bounds.bytes { self.isFull = true }
        guard self.isFull, waiting <= self.bounds.records / 2, bytes <= self.bounds.bytes / 2 else { return false }
        self.isFull = false
        self.taken = Bounds(records: 0, bytes: 0)
        return true
    }
}
