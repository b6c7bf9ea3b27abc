import Glibc
import ServerRuntime
import Synchronization

/// One thread that serves the connections of one client, and runs the jobs of tasks that prefer it.
///
/// The thread blocks in `epoll_wait` only, whose timeout is the next deadline: deadlines hold whatever servers do. As a
/// task executor it saves the two thread hops of a call, because then caller and connection share the thread.
final class RedisEventLoop: TaskExecutor {
    /// What the thread finds at the start of a turn.
    struct Intake {
        var jobs: [UnownedJob] = []
        var opened: [NodeConnection] = []
        var attended: [UInt64] = []
        var isClosing = false
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
        var nextID: UInt64 = 1
        /// Whether the thread is in `epoll_wait`, or about to be, and must be woken.
        var isAsleep = false

        mutating func wakes() -> Bool {
            defer { self.isAsleep = false }
            return self.isAsleep
        }
    }

    let wakeUp = WakeUp()
    private let state = Mutex(State())
    private let isSleeping = Atomic(false)
    private let hasBegun = Atomic<Bool>(false)

    // MARK: - Any thread

    /// Whether the thread is waiting for events now.
    ///
    /// A hint: the answer may be out of date at once. A connection knows in addition when the thread looks at it.
    var isAsleep: Bool { self.isSleeping.load(ordering: .relaxed) }

    /// Whether `run()` has not begun: nobody then watches deadlines.
    var isIdle: Bool { !self.hasBegun.load(ordering: .acquiring) }

    /// Whether `run()` has begun and not ended.
    var isRunning: Bool {
        self.state.withLock { $0.phase == .running }
    }

    /// Adds a connection; returns `false` when the loop has ended.
    func open(_ connection: NodeConnection) -> Bool {
        let (isOpen, wakes) = self.state.withLock { state in
            guard state.phase != .closing, state.phase != .closed else { return (false, false) }
            state.intake.opened.append(connection)
            return (true, state.wakes())
        }
        if wakes { self.wakeUp.signal() }
        return isOpen
    }

    /// A number for a new connection.
    func makeID() -> UInt64 {
        self.state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }

    /// Lets the thread look at a connection soon.
    func attend(_ id: UInt64) {
        let wakes = self.state.withLock { state in
            state.intake.attended.append(id)
            return state.wakes()
        }
        if wakes { self.wakeUp.signal() }
    }

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

    // MARK: - Life

    /// Serves connections and jobs until the surrounding task is cancelled; may be called once.
    ///
    /// - Throws: `.alreadyRunning`, or `.system` when there is no thread or descriptor left.
    func run() async throws(RedisError) {
        let hasBegun = self.state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        self.hasBegun.store(true, ordering: .releasing)
        guard hasBegun else { throw RedisError(.alreadyRunning, "run() may be called once") }
        let isStarted = await withTaskCancellationHandler {
            await withCheckedContinuation { (ended: CheckedContinuation<Bool, Never>) in
                let isStarted = IOThread.start(name: "redis") {
                    let worker = EventLoopThread(loop: self)
                    worker?.run()
                    ended.resume(returning: worker != nil)
                }
                if !isStarted { ended.resume(returning: false) }
            }
        } onCancel: {
            self.close()
        }
        guard !isStarted else { return }
        let error = RedisError(.system, "no thread or descriptor left")
        for connection in self.finish().opened { connection.abandon(error) }
        throw error
    }

    /// Ends the loop before it has begun: all connections fail with `error`.
    func refuse(_ error: RedisError) {
        guard self.state.withLock({ $0.phase == .idle }) else { return }
        self.hasBegun.store(true, ordering: .releasing)
        for connection in self.finish().opened { connection.abandon(error) }
    }

    /// Asks the thread to end.
    func close() {
        let wakes = self.state.withLock { state in
            if state.phase == .running { state.phase = .closing }
            return state.wakes()
        }
        if wakes { self.wakeUp.signal() }
    }

    // MARK: - The thread

    /// Whether tasks wait to run.
    var hasJobs: Bool { self.state.withLock { !$0.intake.jobs.isEmpty } }

    /// Takes what has come in.
    func take(into intake: inout Intake) {
        self.isSleeping.store(false, ordering: .relaxed)
        intake.jobs.removeAll(keepingCapacity: true)
        intake.attended.removeAll(keepingCapacity: true)
        intake.opened = []
        self.state.withLock { state in
            state.isAsleep = false
            swap(&state.intake, &intake)
            intake.isClosing = state.phase == .closing
        }
    }

    /// Takes the connections that somebody has something for.
    func takeAttended() -> [UInt64] {
        self.state.withLock { state in
            defer { state.intake.attended = [] }
            return state.intake.attended
        }
    }

    /// Whether there is nothing to take; if so, whoever brings something signals `wakeUp`.
    func mayFallAsleep() -> Bool {
        let mayFallAsleep = self.state.withLock { state in
            guard state.intake.jobs.isEmpty, state.intake.attended.isEmpty, state.intake.opened.isEmpty,
                state.phase == .running
            else { return false }
            state.isAsleep = true
            return true
        }
        if mayFallAsleep { self.isSleeping.store(true, ordering: .relaxed) }
        return mayFallAsleep
    }

    /// The thread has been woken by an event: it will take what comes in before it sleeps again.
    func hasWoken() {
        self.isSleeping.store(false, ordering: .relaxed)
        self.state.withLock { $0.isAsleep = false }
    }

    /// The thread ends: what comes later goes elsewhere or fails.
    ///
    /// Returns what had come in.
    func finish() -> Intake {
        self.state.withLock { state in
            state.phase = .closed
            defer { state.intake = Intake() }
            return state.intake
        }
    }
}
