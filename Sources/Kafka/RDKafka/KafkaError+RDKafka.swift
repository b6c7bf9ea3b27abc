import CRdkafka

extension KafkaError {
    /// The error for one of librdkafka's codes.
    ///
    /// - Parameters:
    ///   - raw: any code but `RD_KAFKA_RESP_ERR_NO_ERROR`.
    ///   - detail: what librdkafka or the caller says beyond the code's own text.
    ///   - topic: the topic, where the error belongs to one.
    ///   - partition: the partition, where the error belongs to one.
    init(rdkafka raw: rd_kafka_resp_err_t, detail: String? = nil, topic: String? = nil, partition: Int32? = nil) {
        let text = String(cString: rd_kafka_err2str(raw))
        self.init(
            Code(rdkafka: raw),
            detail.map { "\(text): \($0)" } ?? text,
            rdkafkaCode: raw.rawValue,
            isRetriable: Self.retriable.contains(raw.rawValue),
            isFatal: raw == RD_KAFKA_RESP_ERR__FATAL,
            mayHaveBeenApplied: raw == RD_KAFKA_RESP_ERR__TIMED_OUT || raw == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            topic: topic,
            partition: partition
        )
    }

    /// The error for an error object, which is consumed.
    init(takingOwnershipOf object: OpaquePointer, topic: String? = nil, partition: Int32? = nil) {
        defer { rd_kafka_error_destroy(object) }
        let raw = rd_kafka_error_code(object)
        self.init(
            rdkafka: raw,
            detail: String(cString: rd_kafka_error_string(object)),
            topic: topic,
            partition: partition
        )
        self.isRetriable = self.isRetriable || rd_kafka_error_is_retriable(object) != 0
        self.isFatal = self.isFatal || rd_kafka_error_is_fatal(object) != 0
    }

    /// librdkafka's name of its code, such as `_TRANSPORT` or `NOT_LEADER_FOR_PARTITION`; `nil` when the error is of this
    /// library.
    public var rdkafkaName: String? {
        guard self.rdkafkaCode != 0 else { return nil }
        return String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: self.rdkafkaCode)))
    }

    /// Codes after which the same call can succeed, by librdkafka's CONFIGURATION.md and the protocol's table of errors.
    private static let retriable: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT,
            RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__QUEUE_FULL,
            RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__IN_PROGRESS, RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS,
            RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__OUTDATED, RD_KAFKA_RESP_ERR__PURGE_QUEUE,
            RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__NODE_UPDATE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
            RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, RD_KAFKA_RESP_ERR_INVALID_MSG,
            RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
            RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND, RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH,
            RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_ELIGIBLE_LEADERS_NOT_AVAILABLE,
        ]
        .map(\.rawValue)
    )
}

extension KafkaError.Code {
    /// The code that one of librdkafka's codes belongs to.
    init(rdkafka raw: rd_kafka_resp_err_t) {
        self = Self.table[raw.rawValue] ?? .broker
    }

    private static let table: [Int32: KafkaError.Code] = {
        let groups: [(KafkaError.Code, [rd_kafka_resp_err_t])] = [
            (
                .invalidConfiguration,
                [
                    RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS,
                    RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,
                    RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT,
                ]
            ),
            (.system, [RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, RD_KAFKA_RESP_ERR__FS]),
            (
                .timedOut,
                [
                    RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
                    RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                ]
            ),
            (
                .closed,
                [
                    RD_KAFKA_RESP_ERR__DESTROY, RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
                ]
            ),
            (.queueFull, [RD_KAFKA_RESP_ERR__QUEUE_FULL]),
            (.alreadyExists, [RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS]),
            (.unknownGroup, [RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND, RD_KAFKA_RESP_ERR__UNKNOWN_GROUP]),
            (
                .groupNotEmpty,
                [RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP, RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC]
            ),
            (
                .unsupported,
                [
                    RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
                    RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, RD_KAFKA_RESP_ERR_TOPIC_DELETION_DISABLED,
                    RD_KAFKA_RESP_ERR_SECURITY_DISABLED, RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT,
                ]
            ),
            (
                .invalidArgument,
                [
                    RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
                    RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT, RD_KAFKA_RESP_ERR_INVALID_CONFIG,
                    RD_KAFKA_RESP_ERR_INVALID_REQUEST, RD_KAFKA_RESP_ERR_INVALID_GROUP_ID,
                    RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
                    RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE,
                    RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
                ]
            ),
            (
                .messageTooLarge,
                [
                    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
                    RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
                ]
            ),
            (
                .offsetOutOfRange,
                [RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET]
            ),
            (.noCommittedOffset, [RD_KAFKA_RESP_ERR__NO_OFFSET]),
            (
                .unknownTopic,
                [
                    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
                    RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
                ]
            ),
            (
                .unavailable,
                [
                    RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
                    RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                    RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
                    RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
                    RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
                    RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
                    RD_KAFKA_RESP_ERR__ISR_INSUFF,
                    RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
                    RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE,
                    RD_KAFKA_RESP_ERR_ELIGIBLE_LEADERS_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__NODE_UPDATE,
                ]
            ),
            (
                .authenticationFailed,
                [
                    RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
                    RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
                    RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
                ]
            ),
            (
                .notAuthorized,
                [
                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
                    RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                    RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                    RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED,
                ]
            ),
            (
                .rebalancing,
                [
                    RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
                    RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
                ]
            ),
            (
                .fenced,
                [
                    RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, RD_KAFKA_RESP_ERR__FENCED,
                    RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
                ]
            ),
        ]
        var table: [Int32: KafkaError.Code] = [:]
        for (code, members) in groups {
            for member in members { table[member.rawValue] = code }
        }
        return table
    }()
}
