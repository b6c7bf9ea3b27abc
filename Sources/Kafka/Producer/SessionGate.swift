import ServerRuntime
import Synchronization

/// Where senders find the current session, or wait for one.
final class SessionGate: Sendable {
    private enum Phase {
        case waiting
        case open(ProducerSession)
        case closed
    }

    private typealias Waiter = CheckedContinuation<Result<ProducerSession, KafkaError>, Never>

    private struct State {
        var phase = Phase.waiting
        var hasRun = false
        var waiters: [UInt64: Waiter] = [:]
        var lastID: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Notes that `run()` begins; `false` when it did before.
    func begin() -> Bool {
        self.state.withLock { state in
            defer { state.hasRun = true }
            return !state.hasRun
        }
    }

    /// Lets senders in, unless the gate is closed.
    func open(_ session: ProducerSession) {
        let waiters = self.state.withLock { state in
            if case .closed = state.phase { return [UInt64: Waiter]() }
            state.phase = .open(session)
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: .success(session)) }
    }

    /// Makes senders wait for the next session, unless the gate is closed.
    func pause() {
        self.state.withLock { state in
            if case .open = state.phase { state.phase = .waiting }
        }
    }

    /// Turns senders away for good.
    func close() {
        let waiters = self.state.withLock { state in
            state.phase = .closed
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: .failure(Self.closed)) }
    }

    /// The session, at once when there is one.
    ///
    /// - Throws: `.notRunning` when none has appeared by the deadline, `.closed`, `.cancelled`.
    func session(deadline: @autoclosure () -> Deadline) async throws(KafkaError) -> ProducerSession {
        switch self.state.withLock({ $0.phase }) {
        case .open(let session): return session
        case .closed: throw Self.closed
        case .waiting: return try await self.wait(deadline: deadline())
        }
    }

    private static let closed = KafkaError(.closed, "the producer is closed")

    private func wait(deadline: Deadline) async throws(KafkaError) -> ProducerSession {
        let result = await withTaskGroup(of: Result<ProducerSession, KafkaError>.self) { group in
            group.addTask { await self.waitForSession() }
            group.addTask {
                // Ends early only when it is cancelled, and then the other task has the answer.
                try? await Task.sleep(until: deadline.instant, clock: .continuous)
                return .failure(KafkaError(.notRunning, "the producer is not running", isRetriable: true))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(Self.closed)
        }
        if Task.isCancelled { throw KafkaError(.cancelled, "cancelled before the record was sent") }
        return try result.get()
    }

    private func waitForSession() async -> Result<ProducerSession, KafkaError> {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let answer: Result<ProducerSession, KafkaError>? = self.state.withLock { state in
                    if Task.isCancelled { return .failure(Self.cancelled) }
                    switch state.phase {
                    case .open(let session): return .success(session)
                    case .closed: return .failure(Self.closed)
                    case .waiting:
                        state.waiters[id] = continuation
                        return nil
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.resume(returning: .failure(Self.cancelled))
        }
    }

    private static let cancelled = KafkaError(.cancelled, "cancelled before the record was sent")
}
