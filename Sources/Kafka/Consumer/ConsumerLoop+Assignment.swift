import CRdkafka
import Logging

extension ConsumerLoop {
    // librdkafka's assignment is what it fetches, and a body says late where to begin. A cooperative group's assignment
    // is told piece by piece, so it grows with each `start`. An eager group's is told as a whole, and telling it anew
    // stops every partition that is fetched already: a second time before those stops have ended aborts the process
    // (librdkafka 2.0.2). So it is told once, with all partitions paused, and `start` seeks and resumes.

    /// Accepts what the group gives, without fetching it.
    func acceptAssignment(_ partitions: [KafkaPartition]) {
        guard self.isEager else {
            let none = RDKafkaTopicPartitions(capacity: 0)
            return self.check(none.withList { rd_kafka_incremental_assign(self.client, $0) }, "assign")
        }
        let list = RDKafkaTopicPartitions(capacity: partitions.count)
        for partition in partitions where self.openFeed(partition) {
            // No matter which, it is never fetched; a logical offset would be asked for.
            list.add(partition.id, offset: 0)
        }
        self.checkAssignment(list.withList { rd_kafka_pause_partitions(self.client, $0) }, "pause")
        self.checkAssignment(list.withList { rd_kafka_assign(self.client, $0) }, "assign")
    }

    /// Begins to fetch a partition of a cooperative group.
    ///
    /// - Returns: why librdkafka does not take it.
    func fetch(_ id: TopicPartition, from offset: Int64) -> KafkaError? {
        let list = RDKafkaTopicPartitions()
        list.add(id, offset: offset)
        if let object = list.withList({ rd_kafka_incremental_assign(self.client, $0) }) {
            return KafkaError(takingOwnershipOf: object, topic: id.topic, partition: id.partition)
        }
        self.hosted[id]?.isStarted = true
        return nil
    }

    /// Lets librdkafka fetch a partition that was paused.
    func resume(_ id: TopicPartition) {
        let list = RDKafkaTopicPartitions([id])
        self.checkAssignment(list.withList { rd_kafka_resume_partitions(self.client, $0) }, "resume")
    }

    /// Stops fetching a partition after an error that lasts; `start(at:)` begins anew.
    func stop(_ id: TopicPartition) {
        guard self.hosted[id]?.isStarted == true else { return }
        self.hosted[id]?.isStarted = false
        let list = RDKafkaTopicPartitions([id])
        if self.isEager {
            self.checkAssignment(list.withList { rd_kafka_pause_partitions(self.client, $0) }, "stop")
        } else {
            self.check(list.withList { rd_kafka_incremental_unassign(self.client, $0) }, "stop")
        }
    }

    /// Gives partitions back to the group.
    func unassign(_ list: borrowing RDKafkaTopicPartitions) {
        if self.isEager {
            self.checkAssignment(rd_kafka_assign(self.client, nil), "unassign")
        } else {
            self.check(list.withList { rd_kafka_incremental_unassign(self.client, $0) }, "unassign")
        }
    }

    private func checkAssignment(_ status: rd_kafka_resp_err_t, _ operation: String) {
        guard status != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        self.log(KafkaError(rdkafka: status), operation)
    }

    /// Logs an error object, which is consumed.
    private func check(_ object: OpaquePointer?, _ operation: String) {
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
