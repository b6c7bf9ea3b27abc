import ServerRuntime

/// When a transaction is tried again (MongoDB's specification of transactions, "convenient API").
struct TransactionRetries {
    /// However late the deadline is.
    static let limit: Duration = .seconds(120)

    private static let backoff = Backoff(initial: .milliseconds(5), maximum: .milliseconds(500))
    private let end: Deadline
    private var attempts = 0

    init(until end: Deadline) {
        self.end = end
    }

    /// The pause before the whole transaction is run again; `nil` when it is not.
    mutating func pause(after error: any Error) -> Duration? {
        guard let error = error as? MongoError, error.labels.contains(MongoError.transientTransaction) else {
            return nil
        }
        self.attempts += 1
        let pause = Self.backoff.delay(attempt: self.attempts)
        return .after(pause) < self.end ? pause : nil
    }

    /// Whether only the commit is repeated.
    func shallCommitAgain(after error: MongoError) -> Bool {
        // A commit that exceeded its own time would do so again.
        guard error.labels.contains(MongoError.unknownCommitResult), error.code != .timeout else { return false }
        return !self.end.hasPassed
    }
}
