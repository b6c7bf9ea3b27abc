import Synchronization

/// Tells whoever waits for it that a consumer has joined its group, or never will.
final class JoinSignal: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Void, KafkaError>, Never>

    private enum Phase {
        /// No run yet, or one that has no assignment so far.
        case waiting
        case joined
        case ended
    }

    private struct State {
        var phase = Phase.waiting
        var waiters: [UInt64: Waiter] = [:]
        var lastID: UInt64 = 0
    }

    private let state = Mutex(State())

    /// A run begins; who waits already waits for this one.
    func begin() {
        self.state.withLock { $0.phase = .waiting }
    }

    /// The first assignment of the run has come; later ones change nothing.
    func joined() {
        self.finish(.joined, .success(()))
    }

    /// The run is over.
    func end() {
        self.finish(.ended, .failure(Self.closed))
    }

    /// Returns when the run has joined its group.
    ///
    /// - Throws: `.closed` when the run has ended, `.cancelled`.
    func wait() async throws(KafkaError) {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let result: Result<Void, KafkaError> = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let answer: Result<Void, KafkaError>? = self.state.withLock { state in
                    if Task.isCancelled { return .failure(Self.cancelled) }
                    switch state.phase {
                    case .joined: return .success(())
                    case .ended: return .failure(Self.closed)
                    case .waiting:
                        state.waiters[id] = waiter
                        return nil
                    }
                }
                if let answer { waiter.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.resume(returning: .failure(Self.cancelled))
        }
        try result.get()
    }

    private static let closed = KafkaError(.closed, "the consumer is not running any more")
    private static let cancelled = KafkaError(.cancelled, "cancelled while waiting for the group")

    private func finish(_ phase: Phase, _ result: Result<Void, KafkaError>) {
        let waiters = self.state.withLock { state in
            state.phase = phase
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: result) }
    }
}
