import Synchronization

/// A number that only grows, and tasks that wait for it to do so.
final class GenerationCounter: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Int, RedisError>, Never>

    private struct State {
        var generation = 0
        var isClosed = false
        var nextWaiter = 0
        var waiters: [Int: (after: Int, continuation: Waiter)] = [:]
        /// Waiters whose task was cancelled before they were registered.
        var cancelledEarly: Set<Int> = []
    }

    private let waitersMax: Int
    private let state = Mutex(State())

    /// A counter at 0.
    ///
    /// - Parameter waitersMax: tasks that may wait at once; one more is refused with `.queueFull`.
    init(waitersMax: Int) {
        self.waitersMax = waitersMax
    }

    /// The number now.
    var current: Int { self.state.withLock { $0.generation } }

    /// Adds one.
    func advance() {
        let (generation, ready) = self.state.withLock { state -> (Int, [Waiter]) in
            state.generation += 1
            let generation = state.generation
            let ready = state.waiters.filter { $0.value.after < generation }
            for id in ready.keys { state.waiters[id] = nil }
            return (generation, ready.values.map(\.continuation))
        }
        for waiter in ready { waiter.resume(returning: .success(generation)) }
    }

    /// Ends all waiting, now and later, with `.closed`.
    func close() {
        let waiters = self.state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for waiter in waiters { waiter.resume(returning: .failure(Self.closed)) }
    }

    /// Waits until the number is above `generation`.
    ///
    /// - Returns: the number, or `.closed`, `.cancelled` or `.queueFull`.
    func next(after generation: Int) async -> Result<Int, RedisError> {
        let id = self.state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let result = self.register(id, after: generation, continuation) {
                    continuation.resume(returning: result)
                }
            }
        } onCancel: {
            self.cancel(id)
        }
        self.state.withLock { _ = $0.cancelledEarly.remove(id) }
        return result
    }

    /// The result, if there is nothing to wait for.
    private func register(_ id: Int, after generation: Int, _ continuation: Waiter) -> Result<Int, RedisError>? {
        self.state.withLock { state in
            if state.isClosed { return .failure(Self.closed) }
            if state.generation > generation { return .success(state.generation) }
            if state.cancelledEarly.contains(id) { return .failure(Self.cancelled) }
            guard state.waiters.count < self.waitersMax else {
                return .failure(RedisError(.queueFull, "\(self.waitersMax) calls wait for the same already"))
            }
            state.waiters[id] = (generation, continuation)
            return nil
        }
    }

    private func cancel(_ id: Int) {
        let waiter = self.state.withLock { state -> Waiter? in
            guard let waiter = state.waiters.removeValue(forKey: id) else {
                state.cancelledEarly.insert(id)
                return nil
            }
            return waiter.continuation
        }
        waiter?.resume(returning: .failure(Self.cancelled))
    }

    private static let closed = RedisError(.closed, "the client is closed")
    private static let cancelled = RedisError(.cancelled, "the waiting task was cancelled")
}
