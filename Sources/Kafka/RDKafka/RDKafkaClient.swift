import CRdkafka
import ServerRuntime
import Synchronization

/// Owner of an `rd_kafka_t`.
///
/// Unchecked because of the pointer: the API is thread safe (librdkafka INTRODUCTION.md, "Threads and callbacks"), and
/// `enter()` keeps the pointer alive for whoever is not the thread that destroys it.
final class RDKafkaClient: @unchecked Sendable {
    /// Which half of the API the client serves.
    enum Kind {
        case producer
        case consumer
    }

    private struct Users {
        var count = 0
        var isClosed = false
        /// Whether the client is destroyed, is about to be, or was given up.
        var isDestroyed = false
    }

    /// The client, for calls of librdkafka between `enter()` and `leave()` or on the thread that destroys it.
    let raw: OpaquePointer
    /// Woken when the last user has left a closed client.
    let wake: WakeDescriptor
    private let users = Mutex(Users())

    /// Creates the client, which starts librdkafka's threads.
    init(_ kind: Kind, _ conf: consuming RDKafkaConf, wake: WakeDescriptor) throws(KafkaError) {
        self.wake = wake
        var text = [CChar](repeating: 0, count: 512)
        let raw = conf.surrender()
        let type = kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
        guard let client = rd_kafka_new(type, raw, &text, text.count) else {
            _ = RDKafkaConf(takingOwnershipOf: raw)
            throw KafkaError(.invalidConfiguration, String(nulTerminated: text))
        }
        self.raw = client
        // Logs go where the events go; without this they stay in a queue of their own for ever.
        rd_kafka_set_log_queue(client, nil)
    }

    deinit {
        // Programmer error: destroying here could block whichever thread drops the last reference, so it is an
        // explicit step of the owner's `run()`, and forgetting it must not pass unseen.
        precondition(self.users.withLock { $0.isDestroyed }, "rd_kafka_t dropped without destroy()")
    }

    /// Begins a use from a thread other than the owner's; `false` when the client is closing.
    func enter() -> Bool {
        self.users.withLock { users in
            guard !users.isClosed else { return false }
            users.count += 1
            return true
        }
    }

    /// Ends a use that `enter()` has begun.
    func leave() {
        let isLast = self.users.withLock { users in
            users.count -= 1
            return users.isClosed && users.count == 0
        }
        if isLast { self.wake.wake() }
    }

    /// Refuses new uses from now on.
    func close() {
        self.users.withLock { $0.isClosed = true }
    }

    /// Whether no use is under way.
    ///
    /// After `close()` it stays true once it is.
    var isUnused: Bool {
        self.users.withLock { $0.count == 0 }
    }

    /// Whether the client is closed and no use is under way; stays true.
    var isUnusedForGood: Bool {
        self.users.withLock { $0.isClosed && $0.count == 0 }
    }

    /// Refuses new uses, waits for those under way, and destroys the client.
    ///
    /// Blocks: for the owner's thread only.
    ///
    /// Uses end by themselves: each is a call that does not block or that carries a timeout. The destruction itself
    /// has none: librdkafka waits for commits whose coordinator is away until the session's end, and 2.0.2 for ever
    /// when it was closed in the middle of an assignment (its issue 4527). So it runs on a thread of its own, which
    /// goes on alone after `timeout`.
    ///
    /// - Parameter timeout: how long to wait for the destruction.
    /// - Returns: whether the client is gone.
    @discardableResult
    func destroy(timeout: Duration = .seconds(5)) -> Bool {
        self.retire()
        let end = RDKafkaDestruction(self)
        return end.run(deadline: .after(timeout))
    }

    /// Refuses new uses, waits for those under way, and leaves the client as it is until the process ends.
    ///
    /// For a client whose destruction would abort the process. Its threads and buffers stay.
    func abandon() {
        self.retire()
    }

    private func retire() {
        self.close()
        while !self.isUnused { self.wake.wait(milliseconds: 1000) }
        // Nobody reads the queue any more that the lines go to.
        rd_kafka_set_log_level(self.raw, 0)
        self.users.withLock { $0.isDestroyed = true }
    }

    /// The reason of the fatal error that the client has raised, or `nil`.
    var fatalError: KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let raw = rd_kafka_fatal_error(self.raw, &text, text.count)
        guard raw != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = KafkaError(rdkafka: raw, detail: String(nulTerminated: text))
        error.isFatal = true
        error.isRetriable = false
        return error
    }
}
