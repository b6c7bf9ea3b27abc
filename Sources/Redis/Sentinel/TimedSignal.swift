import Synchronization

/// Lets one task sleep until it is called or a time has come; a call while it does not sleep is kept.
final class TimedSignal: Sendable {
    private struct State {
        var isRaised = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the sleeper, or the next one at once.
    func raise() {
        let sleeper = self.state.withLock { state in
            state.isRaised = state.sleeper == nil
            return state.sleeper.take()
        }
        sleeper?.resume()
    }

    /// Returns when the signal is raised, at `instant`, or when the task is cancelled; for one task at a time.
    func wait(until instant: ContinuousClock.Instant, clock: SentinelClock) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends early, by cancellation, when the signal was raised; a spurious wake-up does no harm.
                try? await clock.sleep(instant)
                self.release()
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = self.state.withLock { state in
                        let isOver = state.isRaised || Task.isCancelled || clock.now() >= instant
                        state.isRaised = false
                        if !isOver { state.sleeper = continuation }
                        return isOver
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                self.release()
            }
            group.cancelAll()
        }
    }

    /// Wakes the sleeper, if there is one, without leaving a call behind.
    private func release() {
        self.state.withLock { $0.sleeper.take() }?.resume()
    }
}
