import Synchronization

/// A call of a loader, which is cancelled when nobody waits for any of its keys any more.
final class LocalCacheLoad: Sendable {
    private struct State: Sendable {
        var flights = 0
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// One more key is loaded by this call.
    func add() {
        self.state.withLock { $0.flights += 1 }
    }

    /// The call has begun.
    func began(_ task: Task<Void, Never>) {
        let isCancelled = self.state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Nobody waits for one of the keys any more.
    func abandonedOne() {
        let task = self.state.withLock { state -> Task<Void, Never>? in
            state.flights -= 1
            guard state.flights == 0 else { return nil }
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }
}
