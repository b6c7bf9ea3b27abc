import CRdkafka
import ServerRuntime
import Synchronization

/// Wakes librdkafka's fetching after a full queue has become empty again.
///
/// When a partition's queue is full, the thread of its broker sleeps for up to a second, and nothing tells it that
/// records have been taken out: a reader that keeps up would get one queue's content each second (librdkafka 2.0.2:
/// 3,400 records/s instead of 400,000). Neither resuming nor seeking wakes that thread, a request does. So a thread asks
/// for the end of the partition's log, which is worth knowing anyway.
final class FetchWaker: Sendable {
    private struct State {
        var waiting: Set<TopicPartition> = []
        var isRunning = false
        var hasEnded = false
    }

    private let client: RDKafkaClient
    private let timeout: Int32
    private let ends = Mutex<[TopicPartition: Int64]>([:])
    private let state = Mutex(State())
    private let wake: WakeDescriptor

    /// Prepares it; the thread begins with the first partition.
    ///
    /// - Parameters:
    ///   - client: whose partitions are fetched.
    ///   - timeout: for a request. librdkafka cuts the connection when it passes, so it must not be short.
    /// - Throws: `.system` when there is no descriptor to be had.
    init(_ client: RDKafkaClient, timeout: Duration) throws(KafkaError) {
        self.client = client
        self.timeout = timeout.milliseconds(rounding: .up)
        self.wake = try WakeDescriptor()
    }

    /// Makes librdkafka look again whether a partition may be fetched; never waits.
    func fetch(_ id: TopicPartition) {
        let isFirst: Bool? = self.state.withLock { state in
            guard !state.hasEnded, state.waiting.insert(id).inserted else { return nil }
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard let isFirst else { return }
        guard isFirst else { return self.wake.wake() }
        if DedicatedThread.start("kafka-fetch", { self.run() }) != 0 {
            // Without a thread reading is slower, no more; the next time tries again.
            self.state.withLock { state in
                state.isRunning = false
                state.waiting = []
            }
        }
    }

    /// Ends the thread, after the request that is under way.
    ///
    /// It holds the client in use meanwhile, so nobody has to wait here.
    func end() {
        self.state.withLock { $0.hasEnded = true }
        self.wake.wake()
    }

    /// Where a log ended when it was asked for last, once.
    func takeEnd(_ id: TopicPartition) -> Int64? {
        self.ends.withLock { $0.removeValue(forKey: id) }
    }

    private func run() {
        while true {
            let (due, hasEnded) = self.state.withLock { state in
                defer { state.waiting = [] }
                return (state.waiting, state.hasEnded)
            }
            if hasEnded { return }
            if !due.isEmpty {
                guard self.client.enter() else { return }
                defer { self.client.leave() }
                self.ask(due)
            }
            // Never too long: it is woken, this is only for the case that it is not.
            if due.isEmpty { self.wake.wait(milliseconds: 1000) }
        }
    }

    /// All in one call: a request for each would come late for the last of them.
    private func ask(_ due: Set<TopicPartition>) {
        let list = RDKafkaTopicPartitions(capacity: due.count)
        // The protocol reads -1 in place of a time as "the end".
        for id in due { list.add(id, offset: Int64(RD_KAFKA_OFFSET_END)) }
        let status = list.withList { rd_kafka_offsets_for_times(self.client.raw, $0, self.timeout) }
        // A leader that cannot be reached is not fetched from either, and librdkafka goes on by itself when it is back.
        guard status == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let elements = list.elements.filter { $0.error == RD_KAFKA_RESP_ERR_NO_ERROR && $0.offset >= 0 }
        self.ends.withLock { ends in
            for element in elements { ends[element.partition] = element.offset }
        }
    }
}
