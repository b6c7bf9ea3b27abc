import Logging
import ServerRuntime
import Synchronization

/// The way from tasks to the I/O thread of one client: a mailbox, and the life of the thread.
///
/// A call costs one lock on its way in, and a wake-up only when the thread sleeps. The thread takes all that has come in
/// at once. As a task executor it saves the two thread hops of a call, because then caller and connection share the thread.
final class PostgresEngine: TaskExecutor {
    /// What the thread finds at the start of a turn.
    struct Intake {
        var calls: [CallRequest] = []
        /// Calls that nobody waits for any more.
        var cancelled: [UInt64] = []
        var notes: [Note] = []
        /// Parts of tasks that prefer this thread.
        var jobs: [UnownedJob] = []
        var isClosing = false
    }

    /// News that nobody waits for.
    enum Note: Sendable {
        /// The user of a leased connection is done with it; `resets` when the session's settings must be undone.
        case returned(LeaseID, resets: Bool)
        /// The user of a leased connection gave it up with something under way.
        case abandoned(LeaseID)
        /// The cancel request for the connection with this poll number has been delivered, or could not be.
        case cancelSent(connection: UInt64)
        /// The addresses for the opening with this number.
        case resolved(opening: UInt64, Result<[ResolvedHost], PostgresError>)
    }

    private enum Phase {
        case idle
        case running
        case closing
        case closed
    }

    private struct State {
        var phase = Phase.idle
        var intake = Intake()
        /// Whether the thread is in `epoll_wait`, or about to be, and must be woken.
        var isAsleep = false

        mutating func wakes() -> Bool {
            defer { self.isAsleep = false }
            return self.isAsleep
        }
    }

    let configuration: PostgresConfiguration
    let metrics: PostgresMetrics
    private let logger: Logger
    let wakeUp = WakeUp()
    private let intakeMax: Int
    private let state = Mutex(State())
    private let hasBegun = Atomic(false)
    private let ids = Atomic<UInt64>(1)

    init(_ configuration: PostgresConfiguration, logger: Logger, metrics: PostgresMetrics) {
        self.logger = logger
        self.metrics = metrics
        self.configuration = configuration
        // What the thread has not seen yet; it empties the mailbox at every turn and applies the real bound.
        let (room, overflow) = configuration.connectionsMax.multipliedReportingOverflow(
            by: configuration.pipelineDepthMax
        )
        self.intakeMax = overflow ? .max : room.addingReportingOverflow(configuration.waitersMax).partialValue
    }

    // MARK: - Calls

    /// Asks for `work` and waits for its outcome, its deadline or, unless `ignoresCancellation`, cancellation.
    nonisolated(nonsending) func perform(
        _ work: CallWork,
        deadline: Deadline,
        ignoresCancellation: Bool = false
    ) async throws(PostgresError) -> CallOutcome {
        let id = self.ids.wrappingAdd(1, ordering: .relaxed).oldValue
        let start = id % PostgresMetrics.callsPerSample == 0 ? Deadline.now : nil
        let outcome: CallOutcome
        if !self.hasBegun.load(ordering: .acquiring) {
            outcome = await self.performBeforeRun(id, work, deadline)
        } else if ignoresCancellation {
            outcome = await withUnsafeContinuation { self.submit(id, work, deadline, $0) }
        } else {
            outcome = await self.wait(id, work, deadline)
        }
        if let start { self.metrics.took(start.elapsed) }
        guard case .failure(let failure) = outcome else {
            return outcome
        }
        self.metrics.failed(failure.error)
        throw failure.error
    }

    private nonisolated(nonsending) func wait(_ id: UInt64, _ work: CallWork, _ deadline: Deadline) async -> CallOutcome
    {
        // What the thread can answer at once, such as the next rows of a stream, would never notice it.
        guard !Task.isCancelled else {
            return .failure(CallFailure(PostgresError(.cancelled, "cancelled before the call")))
        }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                self.submit(id, work, deadline, waiter)
                // A cancellation that came before the submission found nothing to cancel.
                if Task.isCancelled { self.cancel(id) }
            }
        } onCancel: {
            self.cancel(id)
        }
    }

    /// Before the client runs there is no thread that watches deadlines, so a child task does.
    @inline(never)
    private nonisolated(nonsending) func performBeforeRun(
        _ id: UInt64,
        _ work: CallWork,
        _ deadline: Deadline
    ) async -> CallOutcome {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends early, by cancellation, when the call has ended.
                guard (try? await Task.sleep(until: deadline.instant, clock: .continuous)) != nil else { return }
                self.withdraw(id, PostgresError(.timeout, "the client is not running"))
            }
            let outcome = await self.wait(id, work, deadline)
            group.cancelAll()
            return outcome
        }
    }

    private func submit(_ id: UInt64, _ work: CallWork, _ deadline: Deadline, _ waiter: CallWaiter) {
        let request = CallRequest(id: id, work: work, deadline: deadline, waiter: waiter)
        let (refusal, wakes) = self.state.withLock { state -> (PostgresError?, Bool) in
            if state.phase == .closing || state.phase == .closed {
                return (PostgresError(.closed, "the client was shut down"), false)
            }
            guard state.intake.calls.count <= self.intakeMax else {
                return (PostgresError(.poolExhausted, "\(self.intakeMax) calls wait already"), false)
            }
            state.intake.calls.append(request)
            return (nil, state.wakes())
        }
        if let refusal { waiter.resume(returning: .failure(CallFailure(refusal))) }
        if wakes { self.wakeUp.signal() }
    }

    private func cancel(_ id: UInt64) {
        self.withdraw(id, PostgresError(.cancelled, "cancelled before the client ran"))
        let wakes = self.state.withLock { state in
            guard state.phase == .running else { return false }
            state.intake.cancelled.append(id)
            return state.wakes()
        }
        if wakes { self.wakeUp.signal() }
    }

    /// Takes a call back as long as there is no thread that could have seen it.
    private func withdraw(_ id: UInt64, _ error: PostgresError) {
        let request = self.state.withLock { state -> CallRequest? in
            guard state.phase == .idle, let index = state.intake.calls.firstIndex(where: { $0.id == id }) else {
                return nil
            }
            return state.intake.calls.remove(at: index)
        }
        request?.waiter.resume(returning: .failure(CallFailure(error)))
    }

    /// Tells the thread something.
    func post(_ note: Note) {
        let wakes = self.state.withLock { state in
            guard state.phase == .running else { return false }
            state.intake.notes.append(note)
            return state.wakes()
        }
        if wakes { self.wakeUp.signal() }
    }

    // MARK: - Life

    /// Serves calls until the surrounding task is cancelled; may be called once.
    func run() async throws(PostgresError) {
        let isFirst = self.state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        self.hasBegun.store(true, ordering: .releasing)
        guard isFirst else { throw PostgresError(.closed, "run() can be called once") }
        let isStarted = await withTaskCancellationHandler {
            await withUnsafeContinuation { (ended: UnsafeContinuation<Bool, Never>) in
                let isStarted = IOThread.start(name: "postgres") {
                    let thread = EngineThread(engine: self)
                    thread?.run()
                    // Before the task of `run()` goes on, which may itself prefer this thread.
                    self.refuseAll(thread == nil ? Self.noThread : Self.shutDown)
                    ended.resume(returning: thread != nil)
                }
                guard !isStarted else { return }
                self.refuseAll(Self.noThread)
                ended.resume(returning: false)
            }
        } onCancel: {
            self.close()
        }
        if !isStarted { throw Self.noThread }
    }

    /// Ends what waits before the client has ever run.
    func refuse(_ error: PostgresError) {
        guard self.state.withLock({ $0.phase == .idle }) else { return }
        self.refuseAll(error)
    }

    /// The thread has ended or never began: what has come in since fails, and what comes later.
    private func refuseAll(_ error: PostgresError) {
        let rest = self.state.withLock { state in
            state.phase = .closed
            defer { state.intake = Intake() }
            return state.intake
        }
        for request in rest.calls { request.waiter.resume(returning: .failure(CallFailure(error))) }
        // From here on they run elsewhere.
        for job in rest.jobs { globalConcurrentExecutor.enqueue(job) }
    }

    private func close() {
        let wakes = self.state.withLock { state in
            if state.phase == .running { state.phase = .closing }
            return state.wakes()
        }
        if wakes { self.wakeUp.signal() }
    }

    private static let shutDown = PostgresError(.closed, "the client was shut down")
    private static let noThread = PostgresError(.connectionFailed, "the system has no thread or descriptor left")

    /// Runs `job` on the thread; where there is none, before `run()` and after it, on the global pool.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wakes = self.state.withLock { state -> Bool? in
            guard state.phase == .running || state.phase == .closing else { return nil }
            state.intake.jobs.append(job)
            return state.wakes()
        }
        guard let wakes else { return globalConcurrentExecutor.enqueue(job) }
        if wakes { self.wakeUp.signal() }
    }

    // MARK: - The thread

    /// A try to open a connection failed.
    func noteFailedOpening(_ error: PostgresError, attempt: Int) {
        self.metrics.connectionRefused()
        // The first of a row of failures tells what the callers wait for; the others would only repeat it.
        self.logger.log(
            level: attempt == 0 ? .info : .debug,
            "opening a connection failed",
            metadata: ["postgres.error": "\(error)", "postgres.attempt": "\(attempt)"]
        )
    }

    /// Takes what has come in, in exchange for empty arrays.
    func take(into intake: inout Intake) {
        intake.calls.removeAll(keepingCapacity: true)
        intake.cancelled.removeAll(keepingCapacity: true)
        intake.notes.removeAll(keepingCapacity: true)
        intake.jobs.removeAll(keepingCapacity: true)
        self.state.withLock { state in
            state.isAsleep = false
            swap(&state.intake, &intake)
            intake.isClosing = state.phase == .closing
            state.intake.isClosing = false
        }
    }

    /// Whether somebody has asked for something, or is about to.
    var hasCalls: Bool { self.state.withLock { !$0.intake.calls.isEmpty || !$0.intake.jobs.isEmpty } }

    /// Whether there is nothing to take; if so, whoever brings something signals `wakeUp`.
    func mayFallAsleep() -> Bool {
        self.state.withLock { state in
            guard state.intake.calls.isEmpty, state.intake.cancelled.isEmpty, state.intake.notes.isEmpty,
                state.intake.jobs.isEmpty, state.phase == .running
            else { return false }
            state.isAsleep = true
            return true
        }
    }

    /// The thread has been woken by an event: it will take what comes in before it sleeps again.
    func hasWoken() {
        self.state.withLock { $0.isAsleep = false }
    }
}
