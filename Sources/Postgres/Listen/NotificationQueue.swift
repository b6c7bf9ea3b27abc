import Synchronization

/// Hands events from the task that listens to the one that uses them.
final class NotificationQueue: Sendable {
    private struct State {
        var buffer: NotificationBuffer
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(capacity: Int) {
        self.state = Mutex(State(buffer: NotificationBuffer(capacity: capacity)))
    }

    func append(_ events: some Sequence<PostgresNotificationEvent>) {
        let waiter = self.state.withLock { state in
            for event in events { state.buffer.append(event) }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// The next event.
    ///
    /// - Throws: `.cancelled`; `.transactionMisuse` when another task waits already.
    nonisolated(nonsending) func next() async throws(PostgresError) -> PostgresNotificationEvent {
        while true {
            guard !Task.isCancelled else { throw PostgresError(.cancelled, "cancelled while listening") }
            if let event = self.state.withLock({ $0.buffer.popFirst() }) { return event }
            try await self.wait()
        }
    }

    private nonisolated(nonsending) func wait() async throws(PostgresError) {
        let isFirst = await withTaskCancellationHandler {
            var isFirst = true
            await withCheckedContinuation { continuation in
                let isWaiting = self.state.withLock { state in
                    isFirst = state.waiter == nil
                    // A cancellation that came before found no waiter.
                    guard isFirst, state.buffer.isEmpty, !Task.isCancelled else { return false }
                    state.waiter = continuation
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
            return isFirst
        } onCancel: {
            self.state.withLock { $0.waiter.take() }?.resume()
        }
        guard isFirst else { throw PostgresError(.transactionMisuse, "two tasks read the notifications at once") }
    }
}
