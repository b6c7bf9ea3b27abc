import ServerRuntime

extension ConsumerLoop {
    /// Commits what acknowledgements allow, for the partitions whose time has come.
    ///
    /// All of them go out in one request: each interval, when much is finished, and when a partition is about to be
    /// given back, because its body has returned then and nothing more will come.
    func commitAcknowledged() {
        guard let settings = self.session.configuration.acknowledgementWindow else { return }
        let isIntervalOver = self.nextAcknowledgedCommit.hasPassed
        if isIntervalOver {
            self.nextAcknowledgedCommit = .after(max(.milliseconds(10), settings.commitInterval))
        }
        let deadline = Deadline.after(self.session.configuration.operationTimeout)
        var requests: [CommitLedger.Request] = []
        for hosted in self.hosted.values {
            guard let tracker = hosted.partition.acknowledgements, hosted.partition.mayCommit else { continue }
            let isLast = hosted.isFinished && !hosted.partition.isOwned
            guard isIntervalOver || isLast || tracker.isCommitDue, let next = tracker.takeCommit() else { continue }
            requests.append(self.request(hosted.partition, next, deadline, nil))
        }
        if !requests.isEmpty { self.commit(requests) }
    }

    /// Commits what is acknowledged of one partition, because a task asks for it.
    func commitAcknowledged(_ partition: KafkaPartition, _ reply: ConsumerSession.Reply) {
        guard let tracker = partition.acknowledgements, let next = tracker.finishedEnd else {
            reply.resume(returning: .success(()))
            return
        }
        let deadline = Deadline.after(self.session.configuration.operationTimeout)
        self.commit([self.request(partition, next, deadline, reply)])
    }

    /// Whether a partition may be given back: its body has returned, and nothing that it has acknowledged waits for its
    /// commit.
    func isDone(_ hosted: Hosted) -> Bool {
        guard hosted.isFinished else { return false }
        guard let tracker = hosted.partition.acknowledgements, hosted.partition.mayCommit else { return true }
        return tracker.isSettled
    }

    func request(
        _ partition: KafkaPartition,
        _ next: Int64,
        _ deadline: Deadline,
        _ reply: ConsumerSession.Reply?
    ) -> CommitLedger.Request {
        .init(
            partition: partition,
            next: next,
            deadline: deadline,
            reply: reply,
            metrics: self.session.metrics
        )
    }
}
