import ServerRuntime
import Synchronization

/// Calls in order of arrival, for threads that take one at a time; and the deadlines of all of them.
///
/// Deciding is left to `CallQueueState`. `runWorker` and `runTimers` block their threads until the queue is closed.
final class CallQueue: Sendable {
    private struct State {
        var calls: CallQueueState<MongoCall>
        var nextID: UInt64 = 0
        var workers = 0
        /// The timer thread wakes no later than this.
        ///
        /// A lower bound: a call that ends early does not raise it.
        var wakeUp: ContinuousClock.Instant?
    }

    private static let sleepMax: Duration = .seconds(1)
    private let state: Mutex<State>
    private let waitersMax: Int
    private let work = Semaphore()
    private let timer = Semaphore()

    /// - Parameter waitersMax: upper bound of calls that wait for a thread.
    init(waitersMax: Int) {
        self.waitersMax = waitersMax
        self.state = Mutex(State(calls: CallQueueState(waitersMax: waitersMax)))
    }

    /// Runs `body` on one of the threads and returns its result.
    ///
    /// The caller gets an error when the deadline passes or its task is cancelled. A body that has begun goes on to its
    /// own end, which its timeouts bring, and its result is dropped.
    func call<Value: Sendable>(
        deadline: Deadline,
        isWrite: Bool,
        _ body: @escaping @Sendable () throws(MongoError) -> Value
    ) async throws(MongoError) -> Value {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let outcome: Result<Value, MongoError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = CallAnswer(continuation)
                let call = MongoCall(
                    deadline: deadline,
                    isWrite: isWrite,
                    run: { answer.resume(Result(catching: body)) },
                    fail: { answer.resume(.failure($0)) }
                )
                self.submit(call, id: id)
                // The handler may have run before there was anything to cancel.
                if Task.isCancelled {
                    self.cancel(id)
                }
            }
        } onCancel: {
            self.cancel(id)
        }
        return try outcome.get()
    }

    /// Serves calls on this thread until the queue is closed.
    func runWorker() {
        self.state.withLock { $0.workers += 1 }
        while true {
            self.work.wait()
            let (next, isClosed) = self.state.withLock { ($0.calls.take(), $0.calls.isClosed) }
            if let next {
                next.call.run()
                self.state.withLock { $0.calls.done(next.id) }
            } else if isClosed {
                break
            }
        }
        self.state.withLock { $0.workers -= 1 }
        self.timer.signal()
    }

    /// Ends calls whose deadline passes, on this thread, until the queue is closed and no worker is left.
    func runTimers() {
        while !self.state.withLock({ $0.calls.isClosed && $0.workers == 0 }) {
            let wakeUp = self.state.withLock { $0.wakeUp }
            let left = wakeUp.map { Deadline($0).remaining } ?? Self.sleepMax
            if left > .zero {
                self.timer.wait(atMost: min(left, Self.sleepMax))
            }
            self.expire()
        }
    }

    /// Fails the calls that wait, takes no more, and lets the threads end after the calls that they run.
    func close(workers: Int) {
        for call in self.state.withLock({ $0.calls.close() }) {
            call.fail(MongoError(.closed, "the client was shut down"))
        }
        for _ in 0..<workers {
            self.work.signal()
        }
        self.timer.signal()
    }

    private func submit(_ call: MongoCall, id: UInt64) {
        let (submission, isEarlier) = self.state.withLock { state -> (CallQueueState<MongoCall>.Submission, Bool) in
            let submission = state.calls.submit(call, id: id, deadline: call.deadline)
            let isEarlier = state.wakeUp.map { call.deadline.instant < $0 } ?? true
            if submission == .accepted, isEarlier {
                state.wakeUp = call.deadline.instant
            }
            return (submission, isEarlier)
        }
        switch submission {
        case .accepted:
            self.work.signal()
            if isEarlier {
                self.timer.signal()
            }
        case .full:
            call.fail(MongoError(.poolExhausted, "\(self.waitersMax) calls wait for a connection already"))
        case .closed:
            call.fail(MongoError(.closed, "the client was shut down"))
        }
    }

    private func cancel(_ id: UInt64) {
        guard let (call, hasBegun) = self.state.withLock({ $0.calls.giveUp(id) }) else { return }
        call.fail(MongoError(.cancelled, "cancelled", mayHaveBeenApplied: hasBegun && call.isWrite))
    }

    private func expire() {
        let now = ContinuousClock.now
        let expired = self.state.withLock { state -> [(call: MongoCall, hasBegun: Bool)] in
            guard let wakeUp = state.wakeUp, wakeUp <= now else { return [] }
            defer { state.wakeUp = state.calls.earliestDeadline }
            return state.calls.expire(now: now)
        }
        for (call, hasBegun) in expired {
            let message = hasBegun ? "no answer before the deadline" : "no free connection before the deadline"
            call.fail(MongoError(.timeout, message, mayHaveBeenApplied: hasBegun && call.isWrite))
        }
    }
}
