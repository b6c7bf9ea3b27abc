/// Whether a partition is ours, as one value without I/O.
struct PartitionOwnership {
    /// Where a partition stands.
    enum Phase: Sendable, Hashable {
        /// Ours.
        case owned
        /// The group wants it back, or the consumer is shutting down: no new work, but commits still count.
        case leaving
        /// Given back: another member may own it.
        case gone
        /// Taken away without being asked: another member may own it already.
        case lost
    }

    private(set) var phase = Phase.owned
    /// Whether a position has been set.
    var isStarted = false
    private var cancelBody: (@Sendable () -> Void)?
    private var isFinished = false
    private var finishWaiters: [CheckedContinuation<Void, Never>] = []

    /// Whether the broker may still take a commit of ours.
    var mayCommit: Bool {
        self.phase == .owned || self.phase == .leaving
    }

    /// The group wants the partition back, or the consumer shuts down.
    mutating func revoked() {
        if self.phase == .owned { self.phase = .leaving }
    }

    /// The partition was given back.
    mutating func givenBack() {
        if self.phase != .lost { self.phase = .gone }
    }

    /// The partition was taken away.
    mutating func wasLost() {
        if self.phase != .gone { self.phase = .lost }
    }

    /// Notes how to cancel the body; returns it when the body has to be cancelled at once.
    mutating func bodyStarted(cancel: @escaping @Sendable () -> Void) -> (@Sendable () -> Void)? {
        self.cancelBody = cancel
        return self.mayCommit ? nil : cancel
    }

    /// How to cancel a body that is still at work.
    var cancellation: (@Sendable () -> Void)? {
        self.isFinished ? nil : self.cancelBody
    }

    /// The body has returned; whoever waited for it goes on.
    mutating func bodyFinished() -> [CheckedContinuation<Void, Never>] {
        self.isFinished = true
        self.cancelBody = nil
        defer { self.finishWaiters = [] }
        return self.finishWaiters
    }

    /// Waits for the body, unless it has returned already.
    mutating func awaitFinish(_ waiter: CheckedContinuation<Void, Never>) -> Bool {
        guard !self.isFinished else { return false }
        self.finishWaiters.append(waiter)
        return true
    }
}
