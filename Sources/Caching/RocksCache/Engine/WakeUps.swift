import Synchronization

/// Those who wait until an entry changes that somebody else holds.
///
/// At most one for each refresh that is under way in this process.
final class WakeUps: Sendable {
    /// One who waits, for one of some keys.
    final class Waiter: Sendable {
        private struct State: Sendable {
            var isWoken = false
            var continuation: CheckedContinuation<Void, Never>?
        }

        fileprivate let keys: [String]
        private let state = Mutex(State())

        fileprivate init(_ keys: [String]) {
            self.keys = keys
        }

        fileprivate func wake() {
            let continuation = self.state.withLock { state in
                state.isWoken = true
                defer { state.continuation = nil }
                return state.continuation
            }
            continuation?.resume()
        }

        /// Waits until it is woken or the task is cancelled.
        private func woken() async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isWoken = self.state.withLock { state in
                        if !state.isWoken { state.continuation = continuation }
                        return state.isWoken
                    }
                    if isWoken { continuation.resume() }
                }
            } onCancel: {
                self.wake()
            }
        }

        /// Waits until it is woken, at most for `duration`.
        ///
        /// - Returns: whether it was woken.
        /// - Throws: `CancellationError`.
        func wait(for duration: Duration, _ environment: CacheEnvironment) async throws -> Bool {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await environment.sleep(duration)
                    return false
                }
                group.addTask {
                    await self.woken()
                    return true
                }
                defer { group.cancelAll() }
                let isWoken = try await group.next() ?? false
                try Task.checkCancellation()
                return isWoken
            }
        }
    }

    private struct State: Sendable {
        var waiters: [String: [Waiter]] = [:]
        var isListening = false
    }

    private let state = Mutex(State())

    /// Whether changes elsewhere are heard of.
    var isListening: Bool { self.state.withLock { $0.isListening } }

    /// Changes elsewhere are heard of from now on, or not any more; whoever waits looks again.
    func setListening(_ isListening: Bool) {
        self.state.withLock { $0.isListening = isListening }
        self.wakeAll()
    }

    /// Begins to listen for changes of `keys`; must be followed by `remove`.
    func add(_ keys: [String]) -> Waiter {
        let waiter = Waiter(keys)
        self.state.withLock { state in
            for key in keys { state.waiters[key, default: []].append(waiter) }
        }
        return waiter
    }

    /// Ends what `add` began.
    func remove(_ waiter: Waiter) {
        self.state.withLock { state in
            for key in waiter.keys {
                state.waiters[key]?.removeAll { $0 === waiter }
                if state.waiters[key]?.isEmpty == true { state.waiters[key] = nil }
            }
        }
    }

    /// The entry of `key` has changed.
    func wake(_ key: String) {
        let waiters = self.state.withLock { $0.waiters[key] ?? [] }
        for waiter in waiters { waiter.wake() }
    }

    /// Any entry may have changed.
    func wakeAll() {
        let waiters = self.state.withLock { state in
            state.waiters.keys.sorted().flatMap { state.waiters[$0] ?? [] }
        }
        for waiter in waiters { waiter.wake() }
    }
}
