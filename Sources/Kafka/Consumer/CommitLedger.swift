import CRdkafka
import ServerRuntime

/// Commits under way and who waits for them.
///
/// For the consumer's thread.
struct CommitLedger {
    /// A position that somebody wants to have committed.
    struct Request {
        var partition: KafkaPartition
        var next: Int64
        var deadline: Deadline
        /// The task that waits; `nil` when the commit follows from acknowledgements.
        var reply: ConsumerSession.Reply?
        var metrics: KafkaConsumerMetrics

        /// Ends the request.
        func finish(_ error: KafkaError?) {
            self.metrics.committed(error)
            guard let reply else {
                self.partition.acknowledgements?.settle(self.next, error)
                return
            }
            if error == nil { self.partition.acknowledgements?.committed(below: self.next) }
            reply.resume(returning: error.map { .failure($0) } ?? .success(()))
        }
    }

    private var entries: [Int: [Request]] = [:]
    private var lastID = 0
    /// Commits that came while the group was between two generations, to be tried again.
    private(set) var postponed: [Request] = []

    var isEmpty: Bool {
        self.entries.isEmpty && self.postponed.isEmpty
    }

    /// Notes commits that go out in one request.
    ///
    /// - Returns: what librdkafka carries for it: a number that looks like a pointer, so that an answer after the
    ///   deadline finds nothing instead of freed memory.
    mutating func open(_ requests: [Request]) -> UnsafeMutableRawPointer? {
        self.lastID += 1
        self.entries[self.lastID] = requests
        return UnsafeMutableRawPointer(bitPattern: self.lastID)
    }

    /// Takes the answer of the broker.
    mutating func settle(_ event: OpaquePointer) {
        guard let requests = self.close(rd_kafka_event_opaque(event)) else { return }
        let overall = rd_kafka_event_error(event)
        var errors: [TopicPartition: rd_kafka_resp_err_t] = [:]
        for element in RDKafkaTopicPartitions.elements(of: rd_kafka_event_topic_partition_list(event)) {
            errors[element.partition] = element.error
        }
        for request in requests {
            let own = errors[request.partition.id] ?? RD_KAFKA_RESP_ERR_NO_ERROR
            self.settle(request, own == RD_KAFKA_RESP_ERR_NO_ERROR ? overall : own)
        }
    }

    /// Ends commits that librdkafka did not take.
    mutating func fail(_ ticket: UnsafeMutableRawPointer?, _ status: rd_kafka_resp_err_t) {
        for request in self.close(ticket) ?? [] { self.settle(request, status) }
    }

    /// Keeps commits for later.
    mutating func postpone(_ requests: [Request]) {
        self.postponed += requests
    }

    /// The commits to try again.
    mutating func takePostponed() -> [Request] {
        defer { self.postponed = [] }
        return self.postponed
    }

    /// Ends the commits whose time is over.
    mutating func expire() {
        for (id, requests) in self.entries {
            // All of an entry went out together and differ by moments: the last one's deadline ends them all.
            guard requests.allSatisfy(\.deadline.hasPassed) else { continue }
            self.entries[id] = nil
            for request in requests {
                var error = request.partition.error(.timedOut, "the broker did not answer the commit in time")
                error.isRetriable = true
                error.mayHaveBeenApplied = true
                request.finish(error)
            }
        }
        let waiting = self.postponed
        self.postponed = []
        for request in waiting {
            guard request.deadline.hasPassed else {
                self.postponed.append(request)
                continue
            }
            var error = request.partition.error(.rebalancing, "the group was rebalancing all the time")
            error.isRetriable = true
            request.finish(error)
        }
    }

    /// Ends all commits, because the consumer is closed.
    mutating func failAll() {
        for request in self.entries.values.joined() {
            var error = request.partition.error(.closed, "the consumer was closed before the broker answered")
            error.mayHaveBeenApplied = true
            request.finish(error)
        }
        for request in self.postponed { request.finish(request.partition.notOwned) }
        self.entries = [:]
        self.postponed = []
    }

    private mutating func close(_ ticket: UnsafeMutableRawPointer?) -> [Request]? {
        self.entries.removeValue(forKey: Int(bitPattern: ticket))
    }

    /// Ends a request, or postpones it.
    ///
    /// While the group changes its generation the broker refuses commits, also those of partitions that stay with their
    /// owner. Either the new generation takes the commit, or the partition turns out to be lost, which is told apart by
    /// trying again: a lost partition takes no commits.
    private mutating func settle(_ request: Request, _ status: rd_kafka_resp_err_t) {
        guard status != RD_KAFKA_RESP_ERR_NO_ERROR else { return request.finish(nil) }
        let id = request.partition.id
        var error = KafkaError(rdkafka: status, topic: id.topic, partition: id.partition)
        guard error.code == .rebalancing else { return request.finish(error) }
        guard request.partition.mayCommit else { return request.finish(request.partition.notOwned) }
        guard request.deadline.hasPassed else { return self.postponed.append(request) }
        error.isRetriable = true
        request.finish(error)
    }
}
