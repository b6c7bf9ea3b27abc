import ServerRuntime
import Synchronization

/// Work for several callers, each of which waits until its own deadline or cancellation.
///
/// When nobody waits any more the work is called off. The callers are bounded by their tasks.
final class Flight<Success: Sendable>: Sendable {
    /// A caller's place.
    struct Ticket: Sendable {
        fileprivate let id: Int
        /// The stage that the work was in when the caller came; 0 before the first.
        let stage: Int
    }

    private enum Waiter: Sendable {
        case coming
        case waiting(Deadline, CheckedContinuation<Success, any Error>)
        /// Cancelled before it began to wait.
        case gone
    }

    private struct State: Sendable {
        var waiters: [Int: Waiter] = [:]
        var waitersSoFar = 0
        var stage = 0
        var isSealed = false
        var isCalledOff = false
        var result: Result<Success, any Error>?
        /// Cancels the part of the work that can be cancelled.
        var cancelStep: (@Sendable () -> Void)?
        var timer: Task<Void, any Error>?
        var timerEnd: Deadline?
    }

    private let environment: CacheEnvironment
    /// Whether the work goes on when nobody waits.
    private let isBackground: Bool
    private let state = Mutex(State())

    /// Creates the place where callers meet; the work is begun by whoever made it.
    init(_ environment: CacheEnvironment, isBackground: Bool = false) {
        self.environment = environment
        self.isBackground = isBackground
    }

    // MARK: - Callers

    /// Takes part; `nil` when it is too late for that.
    func join() -> Ticket? {
        self.state.withLock { state in
            guard !state.isSealed, !state.isCalledOff, state.result == nil else { return nil }
            state.waitersSoFar += 1
            state.waiters[state.waitersSoFar] = .coming
            return Ticket(id: state.waitersSoFar, stage: state.stage)
        }
    }

    /// Waits for the result; once for each ticket.
    ///
    /// - Throws: what the work failed with; `CancellationError`; `.deadlineExceeded`.
    func value(for ticket: Ticket, deadline: Deadline) async throws -> Success {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.wait(ticket, deadline, continuation)
            }
        } onCancel: {
            self.leave(ticket)
        }
    }

    private func wait(
        _ ticket: Ticket,
        _ deadline: Deadline,
        _ continuation: CheckedContinuation<Success, any Error>
    ) {
        let result: Result<Success, any Error>? = self.state.withLock { state in
            if case .gone = state.waiters[ticket.id] {
                state.waiters[ticket.id] = nil
                return .failure(CancellationError())
            }
            if let result = state.result {
                state.waiters[ticket.id] = nil
                return result
            }
            state.waiters[ticket.id] = .waiting(deadline, continuation)
            self.setTimer(&state, deadline)
            return nil
        }
        if let result { continuation.resume(with: result) }
    }

    private func leave(_ ticket: Ticket) {
        let (continuation, cancelStep) = self.state.withLock {
            state -> (CheckedContinuation<Success, any Error>?, (@Sendable () -> Void)?) in
            switch state.waiters[ticket.id] {
            case .coming:
                state.waiters[ticket.id] = .gone
                return (nil, self.callOffIfUnwanted(&state))
            case .waiting(_, let continuation):
                state.waiters[ticket.id] = nil
                return (continuation, self.callOffIfUnwanted(&state))
            case .gone, nil: return (nil, nil)
            }
        }
        cancelStep?()
        continuation?.resume(throwing: CancellationError())
    }

    private func callOffIfUnwanted(_ state: inout State) -> (@Sendable () -> Void)? {
        let isWanted = state.waiters.values.contains { waiter in
            if case .gone = waiter { return false }
            return true
        }
        guard !isWanted, !self.isBackground, state.result == nil else { return nil }
        state.isCalledOff = true
        return state.cancelStep
    }

    // MARK: - Deadlines

    /// One timer serves all callers: it ends with the earliest deadline.
    private func setTimer(_ state: inout State, _ deadline: Deadline) {
        if let end = state.timerEnd, end <= deadline { return }
        state.timer?.cancel()
        state.timerEnd = deadline
        state.timer = self.environment.start { [environment] in
            try await environment.sleep(deadline.timeLeft(from: environment.now()))
            self.timerEnded()
        }
    }

    private func timerEnded() {
        let now = self.environment.now()
        let (late, cancelStep) = self.state.withLock {
            state -> ([CheckedContinuation<Success, any Error>], (@Sendable () -> Void)?) in
            var late: [CheckedContinuation<Success, any Error>] = []
            var next: Deadline?
            for (id, waiter) in state.waiters.sorted(by: { $0.key < $1.key }) {
                guard case .waiting(let deadline, let continuation) = waiter else { continue }
                if deadline <= now {
                    state.waiters[id] = nil
                    late.append(continuation)
                } else {
                    next = min(next ?? deadline, deadline)
                }
            }
            state.timerEnd = nil
            state.timer = nil
            if let next { self.setTimer(&state, next) }
            return (late, late.isEmpty ? nil : self.callOffIfUnwanted(&state))
        }
        cancelStep?()
        let error = RocksCacheError(.deadlineExceeded, "the value was not loaded in time")
        for continuation in late { continuation.resume(throwing: error) }
    }

    // MARK: - The work

    /// Begins the next stage and returns its number: whoever joined before has a lower one.
    func nextStage() -> Int {
        self.state.withLock { state in
            state.stage += 1
            return state.stage
        }
    }

    /// Lets nobody join any more.
    func seal() {
        self.state.withLock { $0.isSealed = true }
    }

    /// Carries out a part of the work that is cancelled when the work is called off.
    ///
    /// - Throws: what `body` throws; `CancellationError` when the work has been called off already.
    func step<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task: Task<Value, any Error>? = self.state.withLock { state in
            guard !state.isCalledOff else { return nil }
            let task = self.environment.start(body)
            state.cancelStep = { task.cancel() }
            return task
        }
        guard let task else { throw CancellationError() }
        return try await task.value
    }

    /// Ends the work with what `body` returns or throws.
    func finish(with body: () async throws -> Success) async {
        do {
            self.finish(.success(try await body()))
        } catch {
            self.finish(.failure(error))
        }
    }

    /// Ends the work: resumes all callers.
    func finish(_ result: Result<Success, any Error>) {
        let continuations = self.state.withLock { state -> [CheckedContinuation<Success, any Error>] in
            state.result = result
            state.timer?.cancel()
            state.timer = nil
            state.cancelStep = nil
            // In the order in which they came.
            let waiting = state.waiters.sorted { $0.key < $1.key }
            var continuations: [CheckedContinuation<Success, any Error>] = []
            continuations.reserveCapacity(waiting.count)
            for (id, waiter) in waiting {
                guard case .waiting(_, let continuation) = waiter else { continue }
                state.waiters[id] = nil
                continuations.append(continuation)
            }
            return continuations
        }
        for continuation in continuations { continuation.resume(with: result) }
    }
}

extension Deadline {
    /// The time between an instant and this one; zero when it lies behind.
    fileprivate func timeLeft(from now: Deadline) -> Duration {
        max(.zero, now.instant.duration(to: self.instant))
    }
}
