import CRdkafka
import Logging

extension ConsumerLoop {
    /// Accepts what the group gives without fetching it: each `start` makes librdkafka's assignment grow.
    func acceptAssignment() {
        let none = RDKafkaTopicPartitions(capacity: 0)
        if self.isEager {
            self.checkAssignment(none.withList { rd_kafka_assign(self.client, $0) }, "assign")
        } else {
            self.check(none.withList { rd_kafka_incremental_assign(self.client, $0) }, "assign")
        }
    }

    /// Begins to fetch a partition.
    ///
    /// - Returns: why librdkafka does not take it.
    func fetch(_ id: TopicPartition, from offset: Int64) -> KafkaError? {
        self.hosted[id]?.isStarted = true
        self.hosted[id]?.startOffset = offset
        let failure: KafkaError?
        if self.isEager {
            failure = self.reassign()
        } else {
            let list = RDKafkaTopicPartitions()
            list.add(id, offset: offset)
            let object = list.withList { rd_kafka_incremental_assign(self.client, $0) }
            failure = object.map {
                KafkaError(takingOwnershipOf: $0, topic: id.topic, partition: id.partition)
            }
        }
        if failure != nil { self.hosted[id]?.isStarted = false }
        return failure
    }

    /// Stops fetching a partition after an error that lasts; `start(at:)` begins anew.
    func stop(_ id: TopicPartition) {
        guard self.hosted[id]?.isStarted == true else { return }
        self.hosted[id]?.isStarted = false
        guard !self.isEager else {
            if let failure = self.reassign() { self.log(failure, "stop") }
            return
        }
        let list = RDKafkaTopicPartitions([id])
        self.check(list.withList { rd_kafka_incremental_unassign(self.client, $0) }, "stop")
    }

    /// Gives partitions back to the group.
    func unassign(_ list: borrowing RDKafkaTopicPartitions) {
        if self.isEager {
            self.checkAssignment(rd_kafka_assign(self.client, nil), "unassign")
        } else {
            self.check(list.withList { rd_kafka_incremental_unassign(self.client, $0) }, "unassign")
        }
    }

    /// Tells librdkafka everything that is to be fetched, which is the only way in an eager group.
    ///
    /// The partitions that are fetched already go on behind what was taken out of their queues; what is in there is
    /// fetched again.
    private func reassign() -> KafkaError? {
        let started = self.hosted.filter(\.value.isStarted)
        let list = RDKafkaTopicPartitions(capacity: started.count)
        for (id, hosted) in started { list.add(id, offset: self.nextOffset(id) ?? hosted.startOffset) }
        let status = list.withList { rd_kafka_assign(self.client, $0) }
        return status == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(rdkafka: status, detail: "assign")
    }

    private func checkAssignment(_ status: rd_kafka_resp_err_t, _ operation: String) {
        guard status != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        self.log(KafkaError(rdkafka: status), operation)
    }

    /// Logs an error object, which is consumed.
    func check(_ object: OpaquePointer?, _ operation: String) {
        guard let object else { return }
        self.log(KafkaError(takingOwnershipOf: object), operation)
    }

    private func log(_ error: KafkaError, _ operation: String) {
        self.session.logger.info(
            "kafka assignment failed",
            metadata: ["kafka.operation": "\(operation)", "error": "\(error)"]
        )
        if error.isFatal { self.session.fail(error) }
    }
}
