import Synchronization

/// The one answer that a waiting task gets; later ones are dropped.
final class CallAnswer<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, MongoError>

    private let continuation: UnsafeContinuation<Outcome, Never>
    private let isGiven = Atomic(false)

    init(_ continuation: UnsafeContinuation<Outcome, Never>) {
        self.continuation = continuation
    }

    var hasBeenGiven: Bool {
        self.isGiven.load(ordering: .acquiring)
    }

    /// Resumes the task.
    ///
    /// - Returns: whether this was the first answer.
    @discardableResult
    func give(_ outcome: Outcome) -> Bool {
        guard !self.isGiven.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        self.continuation.resume(returning: outcome)
        return true
    }
}
