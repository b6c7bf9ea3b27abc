import CRdkafka
import Logging
import ServerRuntime

extension ConsumerLoop {
    /// Partitions that the group wants back, and until when their bodies may take.
    struct Revocation {
        var partitions: [TopicPartition]
        var deadline: Deadline
        /// Until when commits are tried that the broker refuses.
        ///
        /// A group that has gone on takes them only from members that have followed, and we follow when the bodies have
        /// returned, which wait for their commits: without a bound of its own that circle would last until `deadline`.
        var commitDeadline: Deadline
    }

    /// Takes events until there are none: librdkafka only wakes for a queue that was empty.
    func drainEvents() {
        while let event = rd_kafka_queue_poll(self.queue.raw, 0) {
            defer { rd_kafka_event_destroy(event) }
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_REBALANCE: self.rebalance(event)
            case RD_KAFKA_EVENT_OFFSET_COMMIT: self.commits.settle(event)
            case RD_KAFKA_EVENT_ERROR: self.note(event)
            case RD_KAFKA_EVENT_LOG:
                self.join.note(event)
                RDKafkaLog.forward(event, to: self.session.logger)
            case RD_KAFKA_EVENT_STATS: self.session.statistics.take(event, self.session.logger)
            case RD_KAFKA_EVENT_FETCH:
                // Partitions have queues of their own before they are fetched. A record here would be lost in silence.
                self.session.fail(KafkaError(.broker, "a record arrived outside its partition's queue"))
            default: break
            }
        }
    }

    private func rebalance(_ event: OpaquePointer) {
        let partitions = RDKafkaTopicPartitions.elements(of: rd_kafka_event_topic_partition_list(event))
            .map(\.partition)
        self.join.rebalanced()
        self.session.failures.clear()
        self.session.joinSignal.joined()
        switch rd_kafka_event_error(event) {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: self.assigned(partitions)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: self.revoked(partitions)
        case let other:
            self.session.logger.info(
                "kafka rebalance failed",
                metadata: ["kafka.error.code": "\(other.rawValue)"]
            )
            self.revoked(Array(self.hosted.keys))
        }
    }

    /// The group gives us partitions.
    ///
    /// They are accepted at once but fetched only when their bodies have said from where.
    private func assigned(_ partitions: [TopicPartition]) {
        guard case .running = self.phase else { return self.acceptAssignment([]) }
        let groupGeneration = GroupGeneration.current(self.client)
        let new = partitions.filter { self.hosted[$0] == nil }
            .map { self.host($0, groupGeneration: groupGeneration) }
        self.acceptAssignment(new)
        // Now a body may call.
        for partition in new { self.session.assignmentSource.yield(partition) }
        self.session.metrics.moved(.assigned, partitions.count)
        self.session.metrics.owns(self.hosted.count)
    }

    /// The group takes partitions: their bodies are told, and the answer follows when they have returned.
    private func revoked(_ partitions: [TopicPartition]) {
        let isLost = rd_kafka_assignment_lost(self.client) != 0
        for id in partitions {
            guard let partition = self.hosted[id]?.partition else { continue }
            if isLost { partition.lose() } else { partition.revoke() }
            self.failSeeks(of: partition)
        }
        self.session.logger.debug(
            "kafka partitions taken away",
            metadata: ["kafka.partitions": "\(partitions.count)", "kafka.lost": "\(isLost)"]
        )
        self.session.metrics.moved(isLost ? .lost : .revoked, partitions.count)
        let timeout = self.session.configuration.revocationTimeout
        self.revocations.append(
            Revocation(
                partitions: partitions,
                deadline: .after(timeout),
                commitDeadline: .after(min(.seconds(1), timeout / 4))
            )
        )
    }

    /// Whether the group wants the partition back and has refused its commits for long enough.
    func takesNoCommits(_ partition: KafkaPartition) -> Bool {
        self.revocations.contains { $0.commitDeadline.hasPassed && $0.partitions.contains(partition.id) }
    }

    /// Answers the rebalances whose bodies have returned or had their time.
    func finishRevocations() {
        while let revocation = self.revocations.first, self.isReady(revocation) {
            self.revocations.removeFirst()
            let list = RDKafkaTopicPartitions(capacity: revocation.partitions.count)
            for id in revocation.partitions {
                guard let hosted = self.hosted.removeValue(forKey: id) else { continue }
                hosted.partition.giveBack()
                if !hosted.isFinished {
                    self.overstaying[id] = hosted.partition
                    self.session.metrics.moved(.overstayed)
                }
                self.failSeeks(of: hosted.partition)
                self.closeFeed(id)
                if hosted.isStarted { list.add(id) }
            }
            self.unassign(list)
            self.session.metrics.owns(self.hosted.count)
        }
    }

    private func isReady(_ revocation: Revocation) -> Bool {
        switch self.phase {
        case .settling, .awaitingAssignment, .leaving: return true
        case .running, .draining, .closed: break
        }
        return revocation.deadline.hasPassed
            || revocation.partitions.allSatisfy { self.hosted[$0].map { self.isDone($0) } ?? true }
    }

    private func note(_ event: OpaquePointer) {
        let raw = rd_kafka_event_error(event)
        // Whatever the event's code: a fenced static member is told by the broker's own.
        if let failure = self.session.client.fatalError {
            self.session.fail(failure)
            return
        }
        self.session.failures.note(event)
        let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
        // What does not pass by itself has to be seen: a topic that does not exist, members that disagree on a protocol.
        self.session.logger.log(
            level: KafkaError(rdkafka: raw).isRetriable ? .debug : .info,
            "kafka consumer error",
            metadata: ["kafka.error.code": "\(raw.rawValue)", "kafka.error.text": "\(text)"]
        )
    }
}
