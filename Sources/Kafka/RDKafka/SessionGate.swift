import ServerRuntime
import Synchronization

/// Where callers find the current session of a client, or wait for one.
final class SessionGate<Session: Sendable>: Sendable {
    private enum Phase {
        case waiting
        case open(Session)
        case closed
    }

    private typealias Waiter = CheckedContinuation<Result<Session, KafkaError>, Never>

    private struct State {
        var phase = Phase.waiting
        var hasRun = false
        var waiters: [UInt64: Waiter] = [:]
        var lastID: UInt64 = 0
    }

    private let owner: String
    private let state = Mutex(State())

    /// A gate that nobody has opened yet.
    ///
    /// - Parameter owner: whose sessions they are, for errors.
    init(of owner: String) {
        self.owner = owner
    }

    /// Notes that `run()` begins; `false` when it did before.
    func begin() -> Bool {
        self.state.withLock { state in
            defer { state.hasRun = true }
            return !state.hasRun
        }
    }

    /// Lets callers in, unless the gate is closed.
    func open(_ session: Session) {
        let waiters = self.state.withLock { state in
            if case .closed = state.phase { return [UInt64: Waiter]() }
            state.phase = .open(session)
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: .success(session)) }
    }

    /// Makes callers wait for the next session, unless the gate is closed.
    func pause() {
        self.state.withLock { state in
            if case .open = state.phase { state.phase = .waiting }
        }
    }

    /// Turns callers away for good.
    func close() {
        let waiters = self.state.withLock { state in
            state.phase = .closed
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: .failure(self.closed)) }
    }

    /// The session, at once when there is one.
    ///
    /// - Throws: `.notRunning` when none has appeared by the deadline, `.closed`, `.cancelled`.
    func session(deadline: @autoclosure () -> Deadline) async throws(KafkaError) -> Session {
        switch self.state.withLock({ $0.phase }) {
        case .open(let session): return session
        case .closed: throw self.closed
        case .waiting: return try await self.wait(deadline: deadline())
        }
    }

    private var closed: KafkaError {
        KafkaError(.closed, "the \(self.owner) is closed")
    }

    private func wait(deadline: Deadline) async throws(KafkaError) -> Session {
        let result = await withTaskGroup(of: Result<Session, KafkaError>.self) { group in
            group.addTask { await self.waitForSession() }
            group.addTask {
                // Ends early only when it is cancelled, and then the other task has the answer.
                try? await Task.sleep(until: deadline.instant, clock: .continuous)
                return .failure(KafkaError(.notRunning, "the \(self.owner) is not running", isRetriable: true))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(self.closed)
        }
        if Task.isCancelled { throw self.cancelled }
        return try result.get()
    }

    private func waitForSession() async -> Result<Session, KafkaError> {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let answer: Result<Session, KafkaError>? = self.state.withLock { state in
                    if Task.isCancelled { return .failure(self.cancelled) }
                    switch state.phase {
                    case .open(let session): return .success(session)
                    case .closed: return .failure(self.closed)
                    case .waiting:
                        state.waiters[id] = continuation
                        return nil
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = self.state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.resume(returning: .failure(self.cancelled))
        }
    }

    private var cancelled: KafkaError {
        KafkaError(.cancelled, "cancelled before the \(self.owner) was running")
    }
}
