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
    /// Whether the queue has been full, and librdkafka may sleep because of that.
    private var isFull = false
    /// What has been taken out since the queue was full last.
    private var taken = Bounds(records: 0, bytes: 0)

    init(_ queue: consuming RDKafkaQueue, topic: String, bounds: Bounds) {
        self.queue = queue
        self.topic = topic
        self.bounds = bounds
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
            var isRefillDue = self.isRefillDue(self.queue.count)
            while true {
                let waiting = self.queue.count
                // All that fits goes in at once, so that the mailbox is locked and its reader resumed once.
                guard waiting > 0, var (chunk, room) = reader.takeForFilling() else { break }
                room.records += chunk.count
                room.bytes += chunk.bytes
                chunk.reserveCapacity(min(room.records, chunk.count + waiting))
                var isInterrupted = false
                while !isInterrupted, chunk.count < room.records, chunk.bytes < room.bytes {
                    let wanted = min(room.records - chunk.count, self.queue.count, Self.chunk)
                    guard wanted > 0 else { break }
                    let count = rd_kafka_consume_batch_queue(self.queue.raw, 0, slots.baseAddress, wanted)
                    // What is left are only remains of an earlier position.
                    guard count > 0 else {
                        reader.append(chunk)
                        return isRefillDue
                    }
                    self.take(slots.prefix(count), upTo: end, into: &chunk) { new, chunk in
                        // In order with the records.
                        reader.append(chunk)
                        chunk = RecordChunk()
                        signal(new)
                        isInterrupted = true
                    }
                    isRefillDue = self.isRefillDue(self.queue.count) || isRefillDue
                }
                reader.append(chunk)
            }
            return isRefillDue
        }
    }

    private mutating func take(
        _ slots: Slice<UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>>,
        upTo end: Int64,
        into chunk: inout RecordChunk,
        _ signal: (Signal, inout RecordChunk) -> Void
    ) {
        for slot in slots {
            guard let message = slot else { continue }
            defer { rd_kafka_message_destroy(message) }
            let offset = message.pointee.offset
            if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                signal(.end(offset), &chunk)
            } else if let error = RDKafkaMessage.error(of: message, topic: self.topic) {
                signal(.error(error), &chunk)
            } else if offset >= end {
                signal(.end(offset), &chunk)
            } else {
                // Also below the offset that was asked for: the log may have been reset. What was fetched before a
                // change of position does not come here, librdkafka marks it as outdated.
                let record = RDKafkaMessage.record(copying: message, topic: self.topic)
                let bytes = record.sizeBytes
                self.taken.records += 1
                self.taken.bytes += bytes
                chunk.append(record, bytes: bytes)
            }
        }
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
