import CRdkafka
import Synchronization

/// The topic handles of a producer's client.
///
/// A record that names its topic by a handle of `rd_kafka_topic_new` finds the leader at once; one that names it by text
/// makes librdkafka ask for the leader at its next scan only, up to a second later.
final class RDKafkaTopics: Sendable {
    /// A handle.
    ///
    /// Unchecked because of the pointer: topic handles are thread safe as the client is.
    private struct Handle: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private let handles = Mutex<[String: Handle]>([:])

    /// The handle of a topic; `nil` when the name cannot be one.
    ///
    /// - Parameters:
    ///   - name: the topic.
    ///   - client: the client, which must outlive the handle.
    /// - Returns: a handle that stays valid until `destroyAll()`.
    func handle(_ name: String, _ client: OpaquePointer) -> OpaquePointer? {
        if let known = self.handles.withLock({ $0[name] }) { return known.raw }
        guard !name.utf8.contains(0), let raw = rd_kafka_topic_new(client, name, nil) else { return nil }
        let new = Handle(raw: raw)
        let kept = self.handles.withLock { handles -> Handle? in
            if let known = handles[name] { return known }
            handles[name] = new
            return nil
        }
        guard let kept else { return raw }
        // Another sender was faster. Both are the same topic with a reference each.
        rd_kafka_topic_destroy(raw)
        return kept.raw
    }

    /// Gives up all handles; for the thread that destroys the client, after the last sender has left.
    func destroyAll() {
        let all = self.handles.withLock { handles in
            defer { handles = [:] }
            return handles
        }
        for handle in all.values { rd_kafka_topic_destroy(handle.raw) }
    }
}
