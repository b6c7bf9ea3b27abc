import CRdkafka

/// Sole owner of an `rd_kafka_topic_partition_list_t`.
struct RDKafkaTopicPartitions: ~Copyable {
    private let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(capacity: Int = 1) {
        self.raw = rd_kafka_topic_partition_list_new(Int32(clamping: capacity))
    }

    /// A list of partitions without offsets.
    init(_ partitions: some Collection<TopicPartition>) {
        self.init(capacity: partitions.count)
        for partition in partitions { self.add(partition) }
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(self.raw)
    }

    /// Adds a partition, with an offset or one of the logical ones.
    func add(_ partition: TopicPartition, offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        let element = rd_kafka_topic_partition_list_add(self.raw, partition.topic, partition.partition)
        element?.pointee.offset = offset
    }

    /// Calls `body` with the list, which is valid only inside `body`.
    ///
    /// A closure, because a temporary list would be gone before a call that was given nothing but its pointer.
    borrowing func withList<R>(_ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> R) -> R {
        body(self.raw)
    }

    /// An element of a list.
    struct Element {
        var partition: TopicPartition
        var offset: Int64
        var error: rd_kafka_resp_err_t
    }

    /// The elements, copied.
    var elements: [Element] {
        Self.elements(of: self.raw)
    }

    /// The elements of a list that belongs to somebody else, copied.
    static func elements(of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) -> [Element] {
        guard let list, let first = list.pointee.elems else { return [] }
        return UnsafeBufferPointer(start: first, count: Int(max(0, list.pointee.cnt))).map { element in
            Element(
                partition: TopicPartition(
                    topic: element.topic.map { String(cString: $0) } ?? "",
                    partition: element.partition
                ),
                offset: element.offset,
                error: element.err
            )
        }
    }
}
