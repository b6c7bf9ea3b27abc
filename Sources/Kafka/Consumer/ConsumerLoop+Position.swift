import CRdkafka
import ServerRuntime

extension ConsumerLoop {
    /// A change of position that librdkafka has not accepted yet.
    struct Seek {
        var partition: KafkaPartition
        var offset: Int64
        var deadline: Deadline
        var reply: ConsumerSession.Reply
    }

    // MARK: - Start and seek

    /// Begins to fetch a partition, or moves the position of one that is being fetched.
    func start(_ partition: KafkaPartition, _ offset: Int64, _ reply: ConsumerSession.Reply) {
        guard let hosted = self.hosted[partition.id], hosted.partition === partition, partition.isOwned else {
            reply.resume(returning: .failure(partition.notOwned))
            return
        }
        partition.reader.reset()
        guard !hosted.isStarted, !self.isEager else {
            if !hosted.isStarted { self.resume(partition.id) }
            let deadline = Deadline.after(self.session.configuration.operationTimeout)
            self.seeks.append(Seek(partition: partition, offset: offset, deadline: deadline, reply: reply))
            self.retrySeeks()
            return
        }
        guard self.openFeed(partition) else {
            reply.resume(returning: .failure(partition.error(.unknownTopic, "the client does not know the partition")))
            return
        }
        let failure = self.fetch(partition.id, from: offset)
        reply.resume(returning: failure.map { .failure($0) } ?? .success(()))
    }

    /// Whether a partition's position is changing: nothing is passed on meanwhile.
    func isSeeking(_ partition: KafkaPartition) -> Bool {
        self.seeks.contains { $0.partition === partition }
    }

    /// Tries the changes of position that are due.
    ///
    /// librdkafka refuses them while it begins to fetch the partition, which takes a moment after an assignment and
    /// lasts while the group rebalances. Trying makes the records obsolete that it has fetched so far.
    func retrySeeks() {
        let due = self.seeks
        self.seeks = []
        for seek in due {
            let list = RDKafkaTopicPartitions()
            list.add(seek.partition.id, offset: seek.offset)
            let result = self.seek(list)
            if let error = result, error.rdkafkaCode == RD_KAFKA_RESP_ERR__STATE.rawValue || error.isRetriable {
                guard seek.deadline.hasPassed else {
                    self.seeks.append(seek)
                    continue
                }
            }
            if result == nil {
                _ = self.openFeed(seek.partition)
                self.hosted[seek.partition.id]?.isStarted = true
            }
            seek.reply.resume(returning: result.map { .failure($0) } ?? .success(()))
        }
    }

    private func seek(_ list: borrowing RDKafkaTopicPartitions) -> KafkaError? {
        if let object = list.withList({ rd_kafka_seek_partitions(self.client, $0, 1000) }) {
            return KafkaError(takingOwnershipOf: object)
        }
        guard let element = list.elements.first, element.error != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let partition = element.partition
        return KafkaError(rdkafka: element.error, topic: partition.topic, partition: partition.partition)
    }

    /// Gives up the changes of position of a partition that has gone, or all of them.
    func failSeeks(of partition: KafkaPartition? = nil) {
        for seek in self.seeks where partition == nil || seek.partition === partition {
            seek.reply.resume(returning: .failure(seek.partition.notOwned))
        }
        self.seeks.removeAll { partition == nil || $0.partition === partition }
    }

    // MARK: - Commit

    /// Commits positions, all in one request.
    func commit(_ requests: [CommitLedger.Request]) {
        var accepted: [CommitLedger.Request] = []
        var offsets: [TopicPartition: Int64] = [:]
        for request in requests {
            let id = request.partition.id
            guard self.hosted[id]?.partition === request.partition, request.partition.mayCommit else {
                request.finish(request.partition.notOwned)
                continue
            }
            accepted.append(request)
            offsets[id] = request.next
        }
        guard !accepted.isEmpty else { return }
        guard !self.join.isJoining else { return self.commits.postpone(accepted) }
        let list = RDKafkaTopicPartitions(capacity: offsets.count)
        for (id, offset) in offsets { list.add(id, offset: offset) }
        let ticket = self.commits.open(accepted)
        let status = list.withList { rd_kafka_commit_queue(self.client, $0, self.queue.raw, nil, ticket) }
        if status != RD_KAFKA_RESP_ERR_NO_ERROR { self.commits.fail(ticket, status) }
    }

    /// Tries postponed commits again, not more often than every 50 ms.
    func retryCommits() {
        guard !self.commits.postponed.isEmpty, self.nextCommitRetry.hasPassed else { return }
        self.nextCommitRetry = .after(.milliseconds(50))
        var requests = self.commits.takePostponed()
        for request in requests where self.takesNoCommits(request.partition) {
            request.finish(request.partition.error(.notOwned, "the group has gone on without waiting for the commit"))
        }
        requests.removeAll { self.takesNoCommits($0.partition) }
        self.commit(requests)
    }
}
