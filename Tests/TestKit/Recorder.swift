import Synchronization

/// Collects what concurrent bodies see, and lets a test wait for it.
public final class Recorder<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// An empty one.
    public init() {}

    /// What has been collected so far, in order.
    public var elements: [Element] {
        self.state.withLock { $0.elements }
    }

    /// Adds elements, and lets those go on who wait for so many.
    public func add(_ new: [Element]) {
        let ready = self.state.withLock { state in
            state.elements += new
            let count = state.elements.count
            let ready = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Adds an element.
    public func add(_ element: Element) {
        self.add([element])
    }

    /// Waits until there are at least `count` elements, or the task is cancelled.
    ///
    /// The suite's time limit cancels a test that waits in vain.
    public func wait(for count: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = self.state.withLock { state in
                    guard state.elements.count < count, !Task.isCancelled else { return true }
                    state.waiters.append((count, continuation))
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiters = self.state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.continuation.resume() }
        }
    }
}
