import CRdkafka
import ServerRuntime
import Synchronization

/// The destruction of a client on a thread of its own, because nothing bounds how long it takes.
final class RDKafkaDestruction: Sendable {
    private let client: RDKafkaClient
    private let ended = Atomic(false)
    /// `nil` when there is no descriptor to be had; then nobody waits.
    private let wake: WakeDescriptor?

    /// Prepares the destruction.
    ///
    /// - Parameter client: retired: nobody uses it any more.
    init(_ client: RDKafkaClient) {
        self.client = client
        self.wake = try? WakeDescriptor()
    }

    /// Starts the thread and waits for its end.
    ///
    /// Blocks: for the client's own thread only.
    ///
    /// - Returns: whether the client is gone; otherwise the thread goes on alone, or there was none to be had and the
    ///   client stays until the process ends.
    func run(deadline: Deadline) -> Bool {
        let status = DedicatedThread.start("kafka-destroy") {
            // The group, if any, has been left before.
            rd_kafka_destroy_flags(self.client.raw, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
            self.ended.store(true, ordering: .releasing)
            self.wake?.wake()
        }
        guard status == 0, let wake else { return false }
        while !self.ended.load(ordering: .acquiring) {
            guard !deadline.hasPassed else { return false }
            wake.wait(milliseconds: max(1, deadline.remainingMilliseconds))
        }
        return true
    }
}
