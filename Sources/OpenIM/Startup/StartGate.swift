import Synchronization

/// Holds the roles back until the systems that they need are there.
final class StartGate: Sendable {
    private enum State {
        case closed([Int: CheckedContinuation<Void, any Error>])
        case open
    }

    private let state = Mutex(State.closed([:]))
    private let ids = Atomic<Int>(0)

    /// Lets everybody through, now and later.
    func open() {
        let waiting = self.state.withLock { state -> [Int: CheckedContinuation<Void, any Error>] in
            defer { state = .open }
            guard case .closed(let waiting) = state else { return [:] }
            return waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Returns when the gate is open; throws `CancellationError` when the task is cancelled before.
    func pass() async throws {
        let id = self.ids.add(1, ordering: .relaxed).newValue
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOpen = self.state.withLock { state in
                    guard case .closed(var waiting) = state else { return true }
                    waiting[id] = continuation
                    state = .closed(waiting)
                    return false
                }
                if isOpen {
                    continuation.resume()
                } else if Task.isCancelled {
                    self.giveUp(id)
                }
            }
        } onCancel: {
            self.giveUp(id)
        }
    }

    private func giveUp(_ id: Int) {
        let continuation = self.state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard case .closed(var waiting) = state else { return nil }
            let continuation = waiting.removeValue(forKey: id)
            state = .closed(waiting)
            return continuation
        }
        continuation?.resume(throwing: CancellationError())
    }
}
