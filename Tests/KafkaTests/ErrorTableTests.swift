import CRdkafka
import Testing

@testable import Kafka

@Suite struct ErrorTableTests {
    private enum Advice: Sendable {
        /// The same call fails again.
        case final
        /// The same call can succeed later.
        case retriable
        /// The client is beyond repair.
        case fatal
    }

    /// All codes of librdkafka 2.0.2, by what this library makes of them.
    private static let table: [(code: KafkaError.Code, advice: Advice, names: String)] = [
        (
            .alreadyExists, .final,
            """
            TOPIC_ALREADY_EXISTS
            """
        ),
        (
            .broker, .final,
            """
            DELEGATION_TOKEN_AUTH_DISABLED DELEGATION_TOKEN_EXPIRED DELEGATION_TOKEN_NOT_FOUND
            DELEGATION_TOKEN_OWNER_MISMATCH DELEGATION_TOKEN_REQUEST_NOT_ALLOWED DUPLICATE_RESOURCE
            DUPLICATE_SEQUENCE_NUMBER ELECTION_NOT_NEEDED FEATURE_UPDATE_FAILED GROUP_MAX_SIZE_REACHED
            INCONSISTENT_VOTER_SET INVALID_PRINCIPAL_TYPE INVALID_PRODUCER_ID_MAPPING
            INVALID_RECORD INVALID_TXN_STATE INVALID_UPDATE_VERSION LOG_DIR_NOT_FOUND MEMBER_ID_REQUIRED
            NO_REASSIGNMENT_IN_PROGRESS OPERATION_NOT_ATTEMPTED OUT_OF_ORDER_SEQUENCE_NUMBER
            PRINCIPAL_DESERIALIZATION_FAILURE REASSIGNMENT_IN_PROGRESS RESOURCE_NOT_FOUND
            STALE_BROKER_EPOCH STALE_CTRL_EPOCH TRANSACTION_COORDINATOR_FENCED UNACCEPTABLE_CREDENTIAL UNKNOWN
            UNKNOWN_PRODUCER_ID UNSUPPORTED_COMPRESSION_TYPE _APPLICATION _ASSIGN_PARTITIONS _BAD_COMPRESSION
            _BAD_MSG _CONFLICT _EXISTING_SUBSCRIPTION _FAIL _GAPLESS_GUARANTEE _INCONSISTENT _INTR
            _INVALID_TYPE _KEY_DESERIALIZATION _KEY_SERIALIZATION _MAX_POLL_EXCEEDED _NOENT _NOOP _NOT_CONFIGURED
            _PARTIAL _PARTITION_EOF _READ_ONLY _REVOKE_PARTITIONS _STATE _UNDERFLOW _UNKNOWN_BROKER
            _UNKNOWN_PROTOCOL _VALUE_DESERIALIZATION _VALUE_SERIALIZATION _WAIT_CACHE
            """
        ),
        (
            .broker, .fatal,
            """
            _FATAL
            """
        ),
        (
            .broker, .retriable,
            """
            CONCURRENT_TRANSACTIONS FENCED_LEADER_EPOCH FETCH_SESSION_ID_NOT_FOUND INVALID_FETCH_SESSION_EPOCH
            INVALID_MSG KAFKA_STORAGE_ERROR THROTTLING_QUOTA_EXCEEDED UNKNOWN_LEADER_EPOCH UNSTABLE_OFFSET_COMMIT
            _IN_PROGRESS _OUTDATED _PREV_IN_PROGRESS _RETRY
            """
        ),
        (
            .authenticationFailed, .final,
            """
            ILLEGAL_SASL_STATE SASL_AUTHENTICATION_FAILED UNSUPPORTED_SASL_MECHANISM _AUTHENTICATION _SSL
            """
        ),
        (
            .closed, .final,
            """
            _DESTROY
            """
        ),
        (
            .closed, .retriable,
            """
            _PURGE_INFLIGHT _PURGE_QUEUE
            """
        ),
        (
            .fenced, .final,
            """
            FENCED_INSTANCE_ID INVALID_PRODUCER_EPOCH PRODUCER_FENCED _FENCED
            """
        ),
        (
            .groupNotEmpty, .final,
            """
            GROUP_SUBSCRIBED_TO_TOPIC NON_EMPTY_GROUP
            """
        ),
        (
            .invalidArgument, .final,
            """
            INVALID_COMMIT_OFFSET_SIZE INVALID_CONFIG INVALID_GROUP_ID INVALID_PARTITIONS INVALID_REPLICATION_FACTOR
            INVALID_REPLICA_ASSIGNMENT INVALID_REQUEST INVALID_TIMESTAMP OFFSET_METADATA_TOO_LARGE POLICY_VIOLATION
            TOPIC_EXCEPTION
            """
        ),
        (
            .invalidConfiguration, .final,
            """
            INCONSISTENT_GROUP_PROTOCOL INVALID_REQUIRED_ACKS INVALID_SESSION_TIMEOUT INVALID_TRANSACTION_TIMEOUT
            _INVALID_ARG
            """
        ),
        (
            .messageTooLarge, .final,
            """
            INVALID_MSG_SIZE MSG_SIZE_TOO_LARGE RECORD_LIST_TOO_LARGE
            """
        ),
        (
            .noCommittedOffset, .final,
            """
            _NO_OFFSET
            """
        ),
        (
            .notAuthorized, .final,
            """
            CLUSTER_AUTHORIZATION_FAILED DELEGATION_TOKEN_AUTHORIZATION_FAILED GROUP_AUTHORIZATION_FAILED
            TOPIC_AUTHORIZATION_FAILED TRANSACTIONAL_ID_AUTHORIZATION_FAILED
            """
        ),
        (
            .offsetOutOfRange, .final,
            """
            OFFSET_OUT_OF_RANGE _AUTO_OFFSET_RESET
            """
        ),
        (
            .queueFull, .retriable,
            """
            _QUEUE_FULL
            """
        ),
        (
            .rebalancing, .final,
            """
            ILLEGAL_GENERATION UNKNOWN_MEMBER_ID _ASSIGNMENT_LOST
            """
        ),
        (
            .rebalancing, .retriable,
            """
            REBALANCE_IN_PROGRESS
            """
        ),
        (
            .system, .final,
            """
            _CRIT_SYS_RESOURCE _FS
            """
        ),
        (
            .timedOut, .retriable,
            """
            REQUEST_TIMED_OUT _MSG_TIMED_OUT _TIMED_OUT _TIMED_OUT_QUEUE
            """
        ),
        (
            .unavailable, .final,
            """
            _ISR_INSUFF
            """
        ),
        (
            .unavailable, .retriable,
            """
            BROKER_NOT_AVAILABLE COORDINATOR_LOAD_IN_PROGRESS COORDINATOR_NOT_AVAILABLE
            ELIGIBLE_LEADERS_NOT_AVAILABLE LEADER_NOT_AVAILABLE LISTENER_NOT_FOUND NETWORK_EXCEPTION NOT_CONTROLLER
            NOT_COORDINATOR NOT_ENOUGH_REPLICAS NOT_ENOUGH_REPLICAS_AFTER_APPEND NOT_LEADER_FOR_PARTITION
            OFFSET_NOT_AVAILABLE PREFERRED_LEADER_NOT_AVAILABLE REPLICA_NOT_AVAILABLE _ALL_BROKERS_DOWN _NODE_UPDATE
            _RESOLVE _TRANSPORT _WAIT_COORD
            """
        ),
        (
            .unknownGroup, .final,
            """
            GROUP_ID_NOT_FOUND _UNKNOWN_GROUP
            """
        ),
        (
            .unknownTopic, .final,
            """
            UNKNOWN_TOPIC_OR_PART _UNKNOWN_PARTITION _UNKNOWN_TOPIC
            """
        ),
        (
            .unsupported, .final,
            """
            SECURITY_DISABLED TOPIC_DELETION_DISABLED UNSUPPORTED_FOR_MESSAGE_FORMAT UNSUPPORTED_VERSION
            _NOT_IMPLEMENTED _UNSUPPORTED_FEATURE
            """
        ),
    ]

    private static let descriptions: [(raw: rd_kafka_resp_err_t, name: String)] = {
        var first: UnsafePointer<rd_kafka_err_desc>?
        var count = 0
        rd_kafka_get_err_descs(&first, &count)
        return UnsafeBufferPointer(start: first, count: count)
            .filter { $0.desc != nil && $0.code != RD_KAFKA_RESP_ERR_NO_ERROR }
            .map { ($0.code, String(cString: $0.name)) }
    }()

    @Test func `each code of librdkafka has the meaning of the table`() {
        var expected: [String: (code: KafkaError.Code, advice: Advice)] = [:]
        for row in Self.table {
            for name in row.names.split(whereSeparator: \.isWhitespace) {
                let former = expected.updateValue((row.code, row.advice), forKey: String(name))
                #expect(former == nil, "\(name) stands in the table twice")
            }
        }
        for (raw, name) in Self.descriptions {
            let error = KafkaError(rdkafka: raw)
            guard let row = expected.removeValue(forKey: name) else {
                // A later librdkafka has more codes: they are the broker's until somebody has looked at them.
                #expect(error.code == .broker, "\(name) is not in the table")
                continue
            }
            #expect(error.code == row.code, "\(name)")
            #expect(error.isRetriable == (row.advice == .retriable), "\(name)")
            #expect(error.isFatal == (row.advice == .fatal), "\(name)")
            #expect(error.rdkafkaName == name)
            #expect(error.rdkafkaCode == raw.rawValue)
        }
        #expect(expected.isEmpty, "librdkafka does not know \(expected.keys.sorted())")
    }

    @Test func `an error shows its code's name and where it happened`() {
        var error = KafkaError(rdkafka: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, topic: "t", partition: 3)
        error.broker = 2
        #expect(error.description.hasPrefix("kafka unavailable (NOT_LEADER_FOR_PARTITION) t[3] broker 2: "))
        let own = KafkaError(.groupNotEmpty, "members", group: "g")
        #expect(own.rdkafkaName == nil)
        #expect(own.description == "kafka groupNotEmpty group g: members")
    }

    @Test func `a code that librdkafka does not know is an error all the same`() {
        let error = KafkaError(rdkafka: rd_kafka_resp_err_t(rawValue: 4242))
        #expect(error.code == .broker)
        #expect(!error.isRetriable)
        #expect(error.description.contains("4242"))
    }
}
