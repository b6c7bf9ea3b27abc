import CRdkafka

extension ProducerSession {
    /// Outcomes that are noted together: neighbours in a report mostly belong to one `send`.
    private struct Tally {
        var batch: DeliveryBatch?
        var stored = 0
        /// All outcomes of the flush round, of this batch and those before it.
        var settled: (round: UInt64, count: Int) = (0, 0)
    }

    /// Tells the senders of the records of a report; one of them has its duration measured.
    func deliver(_ event: OpaquePointer) {
        var tally = Tally()
        var topic: (handle: OpaquePointer?, name: String) = (nil, "")
        var produced = 0
        var hasStored = false
        var hasMeasured = false
        while let message = rd_kafka_event_message_next(event) {
            guard let opaque = message.pointee._private else { continue }
            if topic.handle == nil || topic.handle != message.pointee.rkt {
                self.metrics.produced(produced, topic: topic.name)
                produced = 0
                topic = (message.pointee.rkt, String(cString: rd_kafka_topic_name(message.pointee.rkt)))
            }
            let slot = DeliveryBatch.slot(opaque)
            self.turn(&tally, to: slot.pointee.batch)
            tally.settled.count += 1
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                // librdkafka has several values for "unknown".
                slot.stored(partition: message.pointee.partition, offset: max(-1, message.pointee.offset))
                tally.stored += 1
                produced += 1
                hasStored = true
            } else {
                let error = self.error(message, topic: topic.name)
                self.metrics.failed(error, topic: topic.name)
                tally.batch?.fail(slot.pointee.index, error)
            }
            if !hasMeasured {
                self.metrics.took(microseconds: rd_kafka_message_latency(message))
                hasMeasured = true
            }
        }
        if hasStored { self.failures.clear() }
        tally.batch?.settle(tally.stored)
        self.metrics.produced(produced, topic: topic.name)
        self.settled(tally.settled.count, round: tally.settled.round)
    }

    /// Tells the batch so far of its outcomes, unless the next one is of the same batch.
    private func turn(_ tally: inout Tally, to next: Unmanaged<DeliveryBatch>) {
        if let batch = tally.batch {
            guard Unmanaged.passUnretained(batch).toOpaque() != next.toOpaque() else { return }
            batch.settle(tally.stored)
            tally.stored = 0
        }
        let batch = next.takeUnretainedValue()
        tally.batch = batch
        let round = batch.round
        guard round != tally.settled.round else { return }
        self.settled(tally.settled.count, round: tally.settled.round)
        tally.settled = (round, 0)
    }

    private func error(_ message: UnsafePointer<rd_kafka_message_t>, topic: String) -> KafkaError {
        let partition = message.pointee.partition
        var error = KafkaError(rdkafka: message.pointee.err, topic: topic, partition: partition < 0 ? nil : partition)
        error.mayHaveBeenApplied = rd_kafka_message_status(message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED
        if message.pointee.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, partition < 0 {
            error.message += ": the topic's partitions were not known, it may not exist"
        }
        let broker = rd_kafka_message_broker_id(message)
        if broker >= 0 { error.broker = broker }
        return self.failures.explain(error)
    }
}
