import CRdkafka

/// One kind of admin call.
struct AdminOperation: Sendable {
    /// librdkafka's name for it.
    let raw: rd_kafka_admin_op_t
    /// Whether the call changes something: then one without an answer may have been applied.
    let isChange: Bool

    static let createTopics = AdminOperation(raw: RD_KAFKA_ADMIN_OP_CREATETOPICS, isChange: true)
    static let deleteTopics = AdminOperation(raw: RD_KAFKA_ADMIN_OP_DELETETOPICS, isChange: true)
    static let createPartitions = AdminOperation(raw: RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, isChange: true)
    static let describeConfigs = AdminOperation(raw: RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, isChange: false)
    static let deleteRecords = AdminOperation(raw: RD_KAFKA_ADMIN_OP_DELETERECORDS, isChange: true)
    static let listGroups = AdminOperation(raw: RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, isChange: false)
    static let describeGroups = AdminOperation(raw: RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, isChange: false)
    static let deleteGroups = AdminOperation(raw: RD_KAFKA_ADMIN_OP_DELETEGROUPS, isChange: true)
    static let groupOffsets = AdminOperation(raw: RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, isChange: false)
    static let alterGroupOffsets = AdminOperation(raw: RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, isChange: true)

    /// Throws when the answer is an error of the whole call.
    func check(_ event: OpaquePointer) throws(KafkaError) {
        let status = rd_kafka_event_error(event)
        guard status != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let text = rd_kafka_event_error_string(event).map { String(cString: $0) }
        throw self.error(status, text)
    }

    /// The error of the whole call or of one of its items.
    func error(
        _ status: rd_kafka_resp_err_t,
        _ text: String? = nil,
        topic: String? = nil,
        partition: Int32? = nil,
        group: String? = nil
    ) -> KafkaError {
        // librdkafka's text for a code alone says nothing that the code's own text does not.
        let detail = text.flatMap { $0 == String(cString: rd_kafka_err2str(status)) ? nil : $0 }
        var error = KafkaError(rdkafka: status, detail: detail, topic: topic, partition: partition)
        error.group = group
        if status == RD_KAFKA_RESP_ERR__INVALID_ARG { error.code = .invalidArgument }
        // A connection that breaks while the answer is on its way leaves the same doubt as a timeout.
        let isInDoubt = error.mayHaveBeenApplied || Self.connectionErrors.contains(status.rawValue)
        error.mayHaveBeenApplied = self.isChange && isInDoubt
        return error
    }

    private static let connectionErrors: Set<Int32> = [
        RD_KAFKA_RESP_ERR__TRANSPORT.rawValue, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION.rawValue,
        RD_KAFKA_RESP_ERR__DESTROY.rawValue,
    ]
}
