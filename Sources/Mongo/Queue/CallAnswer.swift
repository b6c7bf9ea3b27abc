import Synchronization

/// The continuation of a task that waits for a call; the first answer resumes it, later ones are dropped.
final class CallAnswer<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, MongoError>

    private let continuation: Mutex<CheckedContinuation<Outcome, Never>?>

    init(_ continuation: CheckedContinuation<Outcome, Never>) {
        self.continuation = Mutex(continuation)
    }

    func resume(_ outcome: Outcome) {
        let continuation = self.continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        continuation?.resume(returning: outcome)
    }
}
