/// What a call ends with.
enum CallOutcome: Sendable {
    /// The reply to the only command of the call.
    case reply(RedisValue)
    /// A reply for each command of the call.
    case replies([RedisValue])
    /// No reply.
    case failure(RedisError)

    /// The reply to the only command.
    func reply() throws(RedisError) -> RedisValue {
        switch self {
        case .reply(let value): return value
        case .failure(let error): throw error
        case .replies: throw RedisError(.protocolViolation, "several replies to one command", mayHaveBeenApplied: true)
        }
    }
}

/// Who waits for the outcome of a call.
///
/// Unsafe because a checked continuation costs an allocation per call; `CallQueue` gives each one out exactly once.
typealias CallWaiter = UnsafeContinuation<CallOutcome, Never>

/// A call that ends, to be resumed without any lock.
struct CallCompletion {
    let waiter: CallWaiter
    let outcome: CallOutcome

    func resume() { self.waiter.resume(returning: self.outcome) }
}

extension [CallCompletion] {
    /// Resumes all waiters, in order.
    func resume() {
        for completion in self { completion.resume() }
    }
}
