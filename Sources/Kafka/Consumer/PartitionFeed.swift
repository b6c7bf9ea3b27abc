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

    private let queue: RDKafkaQueue
    private let topic: String
    /// Below this offset nothing is passed on.
    var firstOffset: Int64

    init(_ queue: consuming RDKafkaQueue, topic: String, firstOffset: Int64) {
        self.queue = queue
        self.topic = topic
        self.firstOffset = firstOffset
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
    func pump(into reader: RecordReader, upTo end: Int64 = .max, signal: (Signal) -> Void) {
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<rd_kafka_message_t>?.self, capacity: Self.chunk) {
            slots in
            while true {
                let wanted = min(reader.room, self.queue.count, Self.chunk)
                guard wanted > 0 else { return }
                let count = rd_kafka_consume_batch_queue(self.queue.raw, 0, slots.baseAddress, wanted)
                guard count > 0 else { return }
                var records: [KafkaRecord] = []
                records.reserveCapacity(count)
                for slot in slots.prefix(count) {
                    guard let message = slot else { continue }
                    defer { rd_kafka_message_destroy(message) }
                    if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                        reader.append(records)
                        records.removeAll()
                        signal(.end(message.pointee.offset))
                    } else if let error = RDKafkaMessage.error(of: message, topic: self.topic) {
                        reader.append(records)
                        records.removeAll()
                        signal(.error(error))
                    } else if message.pointee.offset >= end {
                        reader.append(records)
                        records.removeAll()
                        signal(.end(message.pointee.offset))
                    } else if message.pointee.offset >= self.firstOffset {
                        records.append(RDKafkaMessage.record(copying: message, topic: self.topic))
                    }
                }
                reader.append(records)
            }
        }
    }
}
