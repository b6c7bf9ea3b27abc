import Synchronization

/// An acknowledgement window that tasks and the consumer's thread share, and the one task that waits for room in it.
final class AcknowledgementTracker: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Void, KafkaError>, Never>

    private struct State {
        var window = AcknowledgementWindow()
        var waiter: (id: UInt64, waiter: Waiter)?
        var lastID: UInt64 = 0
        /// Whether the partition hands nothing on any more.
        var hasEnded = false
        /// Whether the broker goes on refusing: nothing is committed any more.
        var hasGivenUp = false
    }

    private let settings: KafkaAcknowledgementWindow
    private let wake: WakeDescriptor
    private let state = Mutex(State())

    /// Creates an empty window.
    ///
    /// - Parameters:
    ///   - settings: its bounds.
    ///   - wake: woken when a commit should not wait for its interval.
    init(_ settings: KafkaAcknowledgementWindow, wake: WakeDescriptor) {
        self.settings = settings
        self.wake = wake
    }

    // MARK: - Tasks

    /// Waits until the window has room, or the partition has ended.
    func waitForRoom() async throws(KafkaError) {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let result: Result<Void, KafkaError> = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let answer: Result<Void, KafkaError>? = self.state.withLock { state in
                    if self.hasRoom(state) { return .success(()) }
                    if Task.isCancelled { return .failure(Self.cancelled) }
                    guard state.waiter == nil else { return .failure(Self.overlapping) }
                    state.waiter = (id, waiter)
                    return nil
                }
                if let answer { waiter.resume(returning: answer) }
            }
        } onCancel: {
            let waiter: Waiter? = self.state.withLock { state in
                guard let waiter = state.waiter, waiter.id == id else { return nil }
                state.waiter = nil
                return waiter.waiter
            }
            waiter?.resume(returning: .failure(Self.cancelled))
        }
        try result.get()
    }

    /// Notes a batch that is handed on.
    func handOn(_ records: [KafkaRecord]) {
        self.state.withLock { $0.window.handOn(records.lazy.map(\.offset)) }
    }

    /// Notes finished records.
    func acknowledge(_ offsets: some Sequence<Int64>) {
        self.change { window in
            for offset in offsets { window.acknowledge(offset) }
        }
    }

    /// Notes that the group has taken a commit of all records below `next`.
    func committed(below next: Int64) {
        self.change { window in
            window.acknowledge(below: next)
            window.noteCommitted(next)
        }
    }

    /// The end of the finished run.
    var finishedEnd: Int64? {
        self.state.withLock { $0.window.end }
    }

    /// Records that were handed on and are not acknowledged.
    var unacknowledged: Int {
        self.state.withLock { $0.window.unacknowledged }
    }

    private func change(_ body: (inout AcknowledgementWindow) -> Void) {
        let (waiter, isDue): (Waiter?, Bool) = self.state.withLock { state in
            body(&state.window)
            // Also at the end, when somebody waits for the last commit.
            let isDue = state.hasEnded || state.window.finishedSinceCommit >= self.settings.commitRecordsMax
            guard self.hasRoom(state), let waiter = state.waiter else { return (nil, isDue) }
            state.waiter = nil
            return (waiter.waiter, isDue)
        }
        waiter?.resume(returning: .success(()))
        if isDue { self.wake.wake() }
    }

    private func hasRoom(_ state: State) -> Bool {
        state.hasEnded || state.window.width < self.settings.recordsMax
    }

    // MARK: - The thread

    /// Lets whoever waits for room go on, because the partition has ended.
    func end() {
        let waiter = self.state.withLock { state in
            state.hasEnded = true
            defer { state.waiter = nil }
            return state.waiter?.waiter
        }
        waiter?.resume(returning: .success(()))
    }

    /// Forgets what was handed on, before it is read from another place.
    func reset() {
        self.change { $0.reset() }
    }

    /// Whether so much is finished that the commit should not wait for its interval.
    var isCommitDue: Bool {
        self.state.withLock { $0.window.finishedSinceCommit >= self.settings.commitRecordsMax }
    }

    /// Whether everything that is finished has been committed, or never will be.
    var isSettled: Bool {
        self.state.withLock { $0.hasGivenUp || $0.window.isCommitted }
    }

    /// The position to commit, if there is one and none is under way.
    func takeCommit() -> Int64? {
        self.state.withLock { state in
            state.hasGivenUp ? nil : state.window.takeCommit()
        }
    }

    /// Notes how a commit has ended.
    ///
    /// While the partition is ours a commit that failed is made again with the next one; at its end there is no next one.
    func settle(_ next: Int64, _ error: KafkaError?) {
        self.state.withLock { state in
            state.window.settle(next, isCommitted: error == nil)
            if error != nil, state.hasEnded { state.hasGivenUp = true }
        }
    }

    private static let cancelled = KafkaError(.cancelled, "cancelled while waiting for acknowledgements")
    private static let overlapping = KafkaError(.invalidArgument, "another call waits for the next batch already")
}
