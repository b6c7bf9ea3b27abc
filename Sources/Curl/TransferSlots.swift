import Synchronization

/// One slot for each thread; requests wait here, in order, and not in the queue of the thread pool.
///
/// A wait in the pool's queue could not be ended by a deadline or a cancellation before a thread takes the work up.
final class TransferSlots: Sendable {
    private typealias Waiter = CheckedContinuation<Bool, Never>

    private struct State {
        var free: Int
        var waiters: [(id: Int, continuation: Waiter)] = []
        var nextID = 0
        /// Cancelled before they were registered.
        var cancelledEarly: Set<Int> = []
    }

    private let state: Mutex<State>

    init(count: Int) {
        self.state = Mutex(State(free: count))
    }

    /// Takes a free slot, if there is one and nobody waits.
    func tryAcquire() -> Bool {
        self.state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
    }

    /// Waits for a slot; `false` when the task is cancelled before.
    func acquire() async -> Bool {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isAcquired = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let result = self.register(id, continuation) { continuation.resume(returning: result) }
            }
        } onCancel: {
            self.cancel(id)
        }
        self.state.withLock { _ = $0.cancelledEarly.remove(id) }
        return isAcquired
    }

    /// Gives a slot back, to the first in the queue.
    func release() {
        let next = self.state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiters.removeFirst().continuation
        }
        next?.resume(returning: true)
    }

    private func register(_ id: Int, _ continuation: Waiter) -> Bool? {
        self.state.withLock { state in
            if state.cancelledEarly.contains(id) { return false }
            if state.free > 0 {
                state.free -= 1
                return true
            }
            state.waiters.append((id, continuation))
            return nil
        }
    }

    private func cancel(_ id: Int) {
        let waiter = self.state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
                state.cancelledEarly.insert(id)
                return nil
            }
            return state.waiters.remove(at: index).continuation
        }
        waiter?.resume(returning: false)
    }
}
