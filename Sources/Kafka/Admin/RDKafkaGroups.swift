import CRdkafka

/// Reads consumer groups out of librdkafka's answers.
enum RDKafkaGroups {
    /// Calls `body` with the names as C strings, which are valid only inside `body`.
    static func withNames(
        _ names: some Collection<String>,
        _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?, Int) -> Void
    ) {
        let texts = names.map { name in
            let text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: name.utf8.count + 1)
            _ = text.initialize(from: name.utf8.map(CChar.init(bitPattern:)) + [0])
            return text
        }
        defer { for text in texts { text.deallocate() } }
        var pointers = texts.map { UnsafePointer($0.baseAddress) }
        pointers.withUnsafeMutableBufferPointer { body($0.baseAddress, $0.count) }
    }

    /// The error for an error object that belongs to an answer.
    static func error(_ operation: AdminOperation, _ object: OpaquePointer, group: String? = nil) -> KafkaError {
        let text = rd_kafka_error_string(object).map { String(cString: $0) }
        return operation.error(rd_kafka_error_code(object), text, group: group)
    }

    /// An entry of a list.
    static func listing(_ object: OpaquePointer) -> KafkaGroupListing {
        KafkaGroupListing(
            id: String(cString: rd_kafka_ConsumerGroupListing_group_id(object)),
            state: self.state(rd_kafka_ConsumerGroupListing_state(object)),
            isSimple: rd_kafka_ConsumerGroupListing_is_simple_consumer_group(object) != 0
        )
    }

    /// The descriptions of groups.
    static func descriptions(
        _ operation: AdminOperation,
        _ objects: [OpaquePointer]
    ) -> [String: Result<KafkaGroupDescription, KafkaError>] {
        var outcomes: [String: Result<KafkaGroupDescription, KafkaError>] = [:]
        for object in objects {
            let id = String(cString: rd_kafka_ConsumerGroupDescription_group_id(object))
            if let error = rd_kafka_ConsumerGroupDescription_error(object) {
                outcomes[id] = .failure(self.error(operation, error, group: id))
            } else {
                outcomes[id] = .success(self.description(object, id: id))
            }
        }
        return outcomes
    }

    private static func description(_ object: OpaquePointer, id: String) -> KafkaGroupDescription {
        let coordinator = rd_kafka_ConsumerGroupDescription_coordinator(object).map { rd_kafka_Node_id($0) }
        let count = rd_kafka_ConsumerGroupDescription_member_count(object)
        return KafkaGroupDescription(
            id: id,
            state: self.state(rd_kafka_ConsumerGroupDescription_state(object)),
            assignor: self.text(rd_kafka_ConsumerGroupDescription_partition_assignor(object)),
            coordinator: coordinator.flatMap { $0 < 0 ? nil : $0 },
            members: (0..<count).compactMap { index in
                rd_kafka_ConsumerGroupDescription_member(object, index).map(self.member)
            }
        )
    }

    private static func member(_ object: OpaquePointer) -> KafkaGroupDescription.Member {
        let list = rd_kafka_MemberDescription_assignment(object).flatMap { rd_kafka_MemberAssignment_partitions($0) }
        let elements = RDKafkaTopicPartitions.elements(of: UnsafeMutablePointer(mutating: list))
        return KafkaGroupDescription.Member(
            id: self.text(rd_kafka_MemberDescription_consumer_id(object)),
            instanceID: rd_kafka_MemberDescription_group_instance_id(object).map { String(cString: $0) },
            clientID: self.text(rd_kafka_MemberDescription_client_id(object)),
            host: self.text(rd_kafka_MemberDescription_host(object)),
            partitions: elements.map(\.partition).sorted()
        )
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }

    private static func state(_ state: rd_kafka_consumer_group_state_t) -> KafkaGroupState {
        switch state {
        case RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE: .preparingRebalance
        case RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE: .completingRebalance
        case RD_KAFKA_CONSUMER_GROUP_STATE_STABLE: .stable
        case RD_KAFKA_CONSUMER_GROUP_STATE_DEAD: .dead
        case RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY: .empty
        default: .unknown
        }
    }
}
