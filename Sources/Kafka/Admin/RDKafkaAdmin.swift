import CRdkafka

/// Translates between Swift's values and the objects of librdkafka's admin calls.
enum RDKafkaAdmin {
    // MARK: - Arguments

    /// Refuses what cannot be the name of a topic, before C cuts it short or stops the process.
    static func check(topic: String) throws(KafkaError) {
        guard !topic.isEmpty, topic.utf8.count <= 249, !topic.utf8.contains(0) else {
            throw KafkaError(.invalidArgument, "not the name of a topic", topic: topic)
        }
    }

    /// Refuses what cannot be the id of a group.
    static func check(group: String) throws(KafkaError) {
        guard !group.isEmpty, !group.utf8.contains(0) else {
            throw KafkaError(.invalidArgument, "not the id of a group", group: group)
        }
    }

    /// Refuses partitions that cannot exist.
    static func check(_ partitions: some Sequence<KafkaTopicPartition>) throws(KafkaError) {
        for id in partitions {
            try self.check(topic: id.topic)
            guard id.partition >= 0 else {
                throw KafkaError(.invalidArgument, "a negative partition", topic: id.topic, partition: id.partition)
            }
        }
    }

    /// librdkafka's form of a topic to create; the caller owns it.
    static func newTopic(_ topic: KafkaNewTopic) throws(KafkaError) -> OpaquePointer {
        try self.check(topic: topic.name)
        // -1 is the broker's default, so it must not come from a number that somebody has computed.
        guard topic.partitions ?? 1 >= 1, topic.replication ?? 1 >= 1 else {
            throw KafkaError(.invalidArgument, "partitions and replication: at least 1", topic: topic.name)
        }
        var text = [CChar](repeating: 0, count: 256)
        let object = rd_kafka_NewTopic_new(
            topic.name,
            topic.partitions ?? -1,
            Int32(topic.replication ?? -1),
            &text,
            text.count
        )
        guard let object else {
            throw KafkaError(.invalidArgument, String(nulTerminated: text), topic: topic.name)
        }
        for (key, value) in topic.configs.sorted(by: { $0.key < $1.key }) {
            let isText = !key.utf8.contains(0) && !value.utf8.contains(0)
            guard isText, rd_kafka_NewTopic_set_config(object, key, value) == RD_KAFKA_RESP_ERR_NO_ERROR else {
                rd_kafka_NewTopic_destroy(object)
                throw KafkaError(.invalidArgument, "\(key): not a setting", topic: topic.name)
            }
        }
        return object
    }

    /// librdkafka's form of a request for partitions; the caller owns it.
    static func newPartitions(_ topic: String, total: Int32) throws(KafkaError) -> OpaquePointer {
        try self.check(topic: topic)
        guard total >= 1 else { throw KafkaError(.invalidArgument, "partitions: at least 1", topic: topic) }
        var text = [CChar](repeating: 0, count: 256)
        guard let object = rd_kafka_NewPartitions_new(topic, Int(total), &text, text.count) else {
            throw KafkaError(.invalidArgument, String(nulTerminated: text), topic: topic)
        }
        return object
    }

    /// librdkafka's form of something that has settings; the caller owns it.
    static func resource(_ resource: KafkaConfigResource) throws(KafkaError) -> OpaquePointer {
        let object: OpaquePointer?
        switch resource {
        case .topic(let name):
            try self.check(topic: name)
            object = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)
        case .broker(let id): object = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, "\(id)")
        }
        guard let object else { throw KafkaError(.invalidArgument, "\(resource): not a resource") }
        return object
    }

    // MARK: - Answers

    /// The outcomes for topics.
    static func topicOutcomes(
        _ operation: AdminOperation,
        _ results: [OpaquePointer]
    ) -> [String: Result<Void, KafkaError>] {
        var outcomes: [String: Result<Void, KafkaError>] = [:]
        for result in results {
            let name = String(cString: rd_kafka_topic_result_name(result))
            let status = rd_kafka_topic_result_error(result)
            let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            outcomes[name] =
                status == RD_KAFKA_RESP_ERR_NO_ERROR
                ? .success(()) : .failure(operation.error(status, text, topic: name))
        }
        return outcomes
    }

    /// The outcomes for partitions, with what each was successful with.
    static func partitionOutcomes<Value>(
        _ operation: AdminOperation,
        _ list: UnsafePointer<rd_kafka_topic_partition_list_t>?,
        group: String? = nil,
        _ value: (RDKafkaTopicPartitions.Element) -> Value
    ) -> [KafkaTopicPartition: Result<Value, KafkaError>] {
        var outcomes: [KafkaTopicPartition: Result<Value, KafkaError>] = [:]
        for element in RDKafkaTopicPartitions.elements(of: UnsafeMutablePointer(mutating: list)) {
            let id = element.partition
            outcomes[id] =
                element.error == RD_KAFKA_RESP_ERR_NO_ERROR
                ? .success(value(element))
                : .failure(operation.error(element.error, topic: id.topic, partition: id.partition, group: group))
        }
        return outcomes
    }

    /// The settings of topics and brokers.
    static func configs(
        _ operation: AdminOperation,
        _ results: [OpaquePointer]
    ) -> [KafkaConfigResource: Result<[KafkaConfigEntry], KafkaError>] {
        var outcomes: [KafkaConfigResource: Result<[KafkaConfigEntry], KafkaError>] = [:]
        for result in results {
            let name = String(cString: rd_kafka_ConfigResource_name(result))
            let isBroker = rd_kafka_ConfigResource_type(result) == RD_KAFKA_RESOURCE_BROKER
            let resource = isBroker ? Int32(name).map(KafkaConfigResource.broker) : .topic(name)
            guard let resource else { continue }
            let status = rd_kafka_ConfigResource_error(result)
            guard status == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let text = rd_kafka_ConfigResource_error_string(result).map { String(cString: $0) }
                outcomes[resource] = .failure(operation.error(status, text, topic: isBroker ? nil : name))
                continue
            }
            var count = 0
            let entries = rd_kafka_ConfigResource_configs(result, &count)
            outcomes[resource] = .success(entries.objects(count: count).map(self.entry).sorted { $0.name < $1.name })
        }
        return outcomes
    }

    private static func entry(_ object: OpaquePointer) -> KafkaConfigEntry {
        let isSensitive = rd_kafka_ConfigEntry_is_sensitive(object) > 0
        let source: KafkaConfigEntry.Source =
            switch rd_kafka_ConfigEntry_source(object) {
            case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG: .topic
            case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_BROKER_CONFIG: .broker
            case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_DEFAULT_BROKER_CONFIG: .cluster
            case RD_KAFKA_CONFIG_SOURCE_STATIC_BROKER_CONFIG: .file
            case RD_KAFKA_CONFIG_SOURCE_DEFAULT_CONFIG: .builtIn
            default: .unknown
            }
        return KafkaConfigEntry(
            name: String(cString: rd_kafka_ConfigEntry_name(object)),
            value: isSensitive ? nil : rd_kafka_ConfigEntry_value(object).map { String(cString: $0) },
            source: source,
            isReadOnly: rd_kafka_ConfigEntry_is_read_only(object) > 0,
            isSensitive: isSensitive
        )
    }
}
