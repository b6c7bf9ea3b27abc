import CRdkafka

/// Questions to the brokers that librdkafka answers only by blocking calls.
///
/// For threads that may wait.
enum PartitionQueries {
    /// The group's committed offset.
    static func committed(
        _ id: TopicPartition,
        _ client: OpaquePointer,
        timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Int64? {
        let list = RDKafkaTopicPartitions([id])
        let status = list.withList { rd_kafka_committed(client, $0, timeoutMilliseconds) }
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(rdkafka: status, topic: id.topic, partition: id.partition)
        }
        guard let element = list.elements.first else { return nil }
        guard element.error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(rdkafka: element.error, topic: id.topic, partition: id.partition)
        }
        return element.offset >= 0 ? element.offset : nil
    }

    /// The first offset that the log has, up to the one behind the last.
    static func watermarks(
        _ id: TopicPartition,
        _ client: OpaquePointer,
        timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Range<Int64> {
        var low: Int64 = 0
        var high: Int64 = 0
        let status = rd_kafka_query_watermark_offsets(client, id.topic, id.partition, &low, &high, timeoutMilliseconds)
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(rdkafka: status, topic: id.topic, partition: id.partition)
        }
        guard low <= high else {
            throw KafkaError(
                .broker,
                "the broker names \(low) as the first offset and \(high) as the last",
                topic: id.topic,
                partition: id.partition
            )
        }
        return low..<high
    }

    /// The offset of the first record with this timestamp or a later one; `nil` when there is none.
    static func offset(
        of id: TopicPartition,
        atMilliseconds time: Int64,
        _ client: OpaquePointer,
        timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Int64? {
        guard time >= 0 else {
            throw KafkaError(
                .invalidArgument,
                "a time must not be negative, got \(time)",
                topic: id.topic,
                partition: id.partition
            )
        }
        let list = RDKafkaTopicPartitions()
        list.add(id, offset: time)
        let status = list.withList { rd_kafka_offsets_for_times(client, $0, timeoutMilliseconds) }
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(rdkafka: status, topic: id.topic, partition: id.partition)
        }
        guard let element = list.elements.first else { return nil }
        guard element.error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(rdkafka: element.error, topic: id.topic, partition: id.partition)
        }
        return element.offset >= 0 ? element.offset : nil
    }

    /// The number of partitions of a topic; `nil` when it does not exist.
    static func partitionCount(
        _ topic: String,
        _ client: OpaquePointer,
        timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Int32? {
        guard let handle = rd_kafka_topic_new(client, topic, nil) else {
            throw KafkaError(rdkafka: rd_kafka_last_error(), topic: topic)
        }
        defer { rd_kafka_topic_destroy(handle) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let status = rd_kafka_metadata(client, 0, handle, &metadata, timeoutMilliseconds)
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else {
            throw KafkaError(rdkafka: status, topic: topic)
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        guard metadata.pointee.topic_cnt > 0, let found = metadata.pointee.topics?.pointee else { return nil }
        switch found.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return found.partition_cnt
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return nil
        default: throw KafkaError(rdkafka: found.err, topic: topic)
        }
    }
}
