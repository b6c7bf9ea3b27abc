import Synchronization

/// Counts the connections that were made, and lets tasks wait for the next one.
final class ConnectionGenerations: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Int, RedisError>, Never>

    private struct State {
        var generation = 0
        var standing = 0
        var isClosed = false
        var nextWaiterID = 0
        var waiters: [Int: (after: Int, continuation: Waiter)] = [:]
        /// Waiters whose task was cancelled before they were registered.
        var cancelledEarly: Set<Int> = []
    }

    /// More waiting tasks than this are refused.
    private static let waitersMax = 1024

    private let state = Mutex(State())

    /// The number of connections made so far.
    var current: Int { self.state.withLock { $0.generation } }

    /// Whether a connection stands, as far as is known.
    var isConnected: Bool { self.state.withLock { $0.standing > 0 } }

    /// A connection is ready.
    func connected() {
        let (generation, ready) = self.state.withLock { state -> (Int, [Waiter]) in
            state.generation += 1
            state.standing += 1
            let generation = state.generation
            let ready = state.waiters.filter { $0.value.after < generation }
            for id in ready.keys { state.waiters[id] = nil }
            return (generation, ready.values.map(\.continuation))
        }
        for waiter in ready { waiter.resume(returning: .success(generation)) }
    }

    /// A connection is gone.
    func disconnected() {
        self.state.withLock { $0.standing -= 1 }
    }

    /// There will be no other connection.
    func close() {
        let waiters = self.state.withLock { state in
            state.isClosed = true
            state.standing = 0
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for waiter in waiters { waiter.resume(returning: .failure(Self.closed)) }
    }

    /// Waits until more than `generation` connections have been made; returns how many.
    func next(after generation: Int) async throws(RedisError) -> Int {
        let id = self.state.withLock { state in
            state.nextWaiterID += 1
            return state.nextWaiterID
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
        return try result.get()
    }

    /// The result, if there is nothing to wait for.
    private func register(_ id: Int, after generation: Int, _ continuation: Waiter) -> Result<Int, RedisError>? {
        self.state.withLock { state in
            if state.generation > generation { return .success(state.generation) }
            if state.isClosed { return .failure(Self.closed) }
            if state.cancelledEarly.contains(id) { return .failure(Self.cancelled) }
            guard state.waiters.count < Self.waitersMax else {
                return .failure(RedisError(.queueFull, "\(Self.waitersMax) tasks wait for a connection already"))
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
