import CRdkafka

/// Looks a time up in a partition's log.
///
/// For threads that may wait.
enum TimeQuery {
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
}
