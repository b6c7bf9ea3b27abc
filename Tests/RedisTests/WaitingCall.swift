import ServerRuntime

@testable import Redis

/// A call with a waiter, for tests of the queue.
struct WaitingCall {
    let call: PendingCall
    private let waiter: Task<PendingCall.Outcome, Never>

    /// Returns once the waiter is registered.
    init(_ text: String = "x", commandCount: Int = 1, deadline: Deadline = .after(.seconds(60))) async {
        let call = PendingCall(bytes: Array(text.utf8), commandCount: commandCount, deadline: deadline)
        var waiter: Task<PendingCall.Outcome, Never>?
        await withCheckedContinuation { registered in
            waiter = Task {
                await withCheckedContinuation { continuation in
                    _ = call.beginWaiting(continuation)
                    registered.resume()
                }
            }
        }
        self.call = call
        self.waiter = waiter ?? Task { .success([]) }
    }

    /// Ends the wait as the cancellation of the waiting task does.
    func cancel() {
        self.call.fail(RedisError(.cancelled, "cancelled"))
    }

    /// What the call ends with.
    var outcome: PendingCall.Outcome {
        get async { await self.waiter.value }
    }

    /// The error that the call ends with.
    var error: RedisError? {
        get async {
            guard case .failure(let error) = await self.outcome else { return nil }
            return error
        }
    }
}
