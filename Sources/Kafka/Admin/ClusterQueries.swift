import CRdkafka
import ServerRuntime

/// Questions about topics and brokers that librdkafka answers only by blocking calls.
///
/// For threads that may wait.
enum ClusterQueries {
    /// All topics, by name.
    static func topics(_ client: OpaquePointer, _ deadline: Deadline) throws(KafkaError) -> [KafkaTopicListing] {
        try self.withMetadata(client, topic: nil, deadline) { metadata in
            self.topics(metadata).map { topic in
                KafkaTopicListing(
                    name: topic.topic.map { String(cString: $0) } ?? "",
                    partitionCount: Int(topic.partition_cnt)
                )
            }
            .sorted { $0.name < $1.name }
        }
    }

    /// One topic, without watermarks.
    static func topic(
        _ name: String,
        _ client: OpaquePointer,
        _ deadline: Deadline
    ) throws(KafkaError) -> KafkaTopicDescription {
        guard let handle = rd_kafka_topic_new(client, name, nil) else {
            throw KafkaError(rdkafka: rd_kafka_last_error(), topic: name)
        }
        defer { rd_kafka_topic_destroy(handle) }
        let answer = try self.withMetadata(
            client,
            topic: handle,
            deadline
        ) { metadata -> Result<KafkaTopicDescription, KafkaError> in
            let found = self.topics(metadata).first { $0.topic.map { String(cString: $0) } == name }
            guard let found else {
                return .failure(KafkaError(rdkafka: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, topic: name))
            }
            guard found.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                return .failure(KafkaError(rdkafka: found.err, topic: name))
            }
            let partitions = UnsafeBufferPointer(start: found.partitions, count: Int(max(0, found.partition_cnt)))
            return .success(
                KafkaTopicDescription(
                    name: name,
                    partitions: partitions.map { self.partition($0, topic: name) }
                        .sorted { $0.partition < $1.partition }
                )
            )
        }
        return try answer.get()
    }

    /// The brokers.
    static func cluster(_ client: OpaquePointer, _ deadline: Deadline) throws(KafkaError) -> KafkaClusterDescription {
        let brokers = try self.withMetadata(client, topic: nil, allTopics: false, deadline) { metadata in
            UnsafeBufferPointer(start: metadata.brokers, count: Int(max(0, metadata.broker_cnt)))
                .map { broker in
                    KafkaClusterDescription.Broker(
                        id: broker.id,
                        host: broker.host.map { String(cString: $0) } ?? "",
                        port: Int(broker.port)
                    )
                }
                .sorted { $0.id < $1.id }
        }
        let controller = rd_kafka_controllerid(client, deadline.remainingMilliseconds)
        let id = rd_kafka_clusterid(client, deadline.remainingMilliseconds)
        // From librdkafka's own allocator.
        defer { if let id { rd_kafka_mem_free(client, id) } }
        return KafkaClusterDescription(
            id: id.map { String(cString: $0) },
            controller: controller < 0 ? nil : controller,
            brokers: brokers
        )
    }

    /// Adds the watermarks to descriptions; a partition without gets the reason.
    static func addWatermarks(
        to topics: [String: Result<KafkaTopicDescription, KafkaError>],
        _ client: OpaquePointer,
        _ deadline: Deadline
    ) -> [String: Result<KafkaTopicDescription, KafkaError>] {
        let ids = topics.values.flatMap { result -> [KafkaTopicPartition] in
            guard case .success(let topic) = result else { return [] }
            let led = topic.partitions.filter { $0.leader != nil }
            return led.map { KafkaTopicPartition(topic: topic.name, partition: $0.partition) }
        }
        let watermarks = OffsetQueries.watermarks(ids, client, deadline)
        return topics.mapValues { result in
            result.map { topic in
                var topic = topic
                for index in topic.partitions.indices {
                    let id = KafkaTopicPartition(topic: topic.name, partition: topic.partitions[index].partition)
                    switch watermarks[id] {
                    case .success(let range)?: topic.partitions[index].watermarks = range
                    case .failure(let error)?: topic.partitions[index].error = error
                    case nil: break
                    }
                }
                return topic
            }
        }
    }

    private static func withMetadata<Value>(
        _ client: OpaquePointer,
        topic: OpaquePointer?,
        allTopics: Bool = true,
        _ deadline: Deadline,
        _ body: (rd_kafka_metadata) -> Value
    ) throws(KafkaError) -> Value {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let isForAll = topic == nil && allTopics
        let timeout = max(1, deadline.remainingMilliseconds)
        let status = rd_kafka_metadata(client, isForAll ? 1 : 0, topic, &metadata, timeout)
        let name = topic.map { String(cString: rd_kafka_topic_name($0)) }
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { throw self.reading(status, topic: name) }
        defer { rd_kafka_metadata_destroy(metadata) }
        return body(metadata.pointee)
    }

    private static func topics(_ metadata: rd_kafka_metadata) -> UnsafeBufferPointer<rd_kafka_metadata_topic> {
        UnsafeBufferPointer(start: metadata.topics, count: Int(max(0, metadata.topic_cnt)))
    }

    private static func partition(
        _ partition: rd_kafka_metadata_partition,
        topic: String
    ) -> KafkaTopicDescription.Partition {
        func ids(_ first: UnsafeMutablePointer<Int32>?, _ count: Int32) -> [Int32] {
            Array(UnsafeBufferPointer(start: first, count: first == nil ? 0 : Int(max(0, count))))
        }
        let hasError = partition.err != RD_KAFKA_RESP_ERR_NO_ERROR
        return KafkaTopicDescription.Partition(
            partition: partition.id,
            leader: partition.leader < 0 ? nil : partition.leader,
            replicas: ids(partition.replicas, partition.replica_cnt),
            inSyncReplicas: ids(partition.isrs, partition.isr_cnt),
            error: hasError ? KafkaError(rdkafka: partition.err, topic: topic, partition: partition.id) : nil
        )
    }

    /// The error of a question, which changes nothing.
    static func reading(
        _ status: rd_kafka_resp_err_t,
        topic: String? = nil,
        partition: Int32? = nil
    ) -> KafkaError {
        var error = KafkaError(rdkafka: status, topic: topic, partition: partition)
        error.mayHaveBeenApplied = false
        if status == RD_KAFKA_RESP_ERR__INVALID_ARG { error.code = .invalidArgument }
        return error
    }
}
