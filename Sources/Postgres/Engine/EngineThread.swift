import CPq
import Glibc
import ServerRuntime

/// What the I/O thread of a client does, turn by turn: it owns every `PGconn`.
///
/// Everything here runs on that thread. A turn takes what tasks have asked for, sends what can be sent, and only then resumes
/// the tasks whose calls have ended, so that the servers have work meanwhile. The thread blocks in `epoll_wait` alone, whose
/// timeout is the next deadline: deadlines hold whatever servers do.
final class EngineThread {
    /// What is at a place of the pool.
    enum Slot {
        case empty
        /// The next try to open a connection comes at the instant.
        case waiting(until: Deadline, attempt: Int)
        case resolving(opening: UInt64, by: Deadline, attempt: Int)
        case connecting(PGConnection, by: Deadline, attempt: Int)
        case open(PGConnection)
    }

    /// A turn that resumed so many callers lets them run before it sleeps: their next calls then come in together.
    private static let gatheringCallersMin = 5
    private static let yieldsToCallers = 2
    /// So many parts of tasks run before a look at what they have asked for: the servers must not fall idle.
    private static let jobsBetweenSends = 16

    let engine: PostgresEngine
    let poller = Poller()
    var pool: PoolStateMachine<PGCall>
    var slots: [Slot]
    /// The present turn's idea of the time.
    var now = Deadline.now
    /// No call has an earlier deadline.
    var nextDeadline: Deadline?
    /// Why the last try to open a connection failed; nil after one that succeeded.
    var lastFailure: PostgresError?
    /// Numbers for connections, openings and leases.
    var lastNumber: UInt64 = 0
    /// Cancel requests on their way.
    var cancelCount = 0
    var completions: [CallCompletion] = []
    /// Connections that have been sent something since the last look at what has come in.
    var sending: [PGConnection] = []
    private var intake = PostgresEngine.Intake()
    /// Parts of tasks that came while others ran.
    private var laterJobs: [UnownedJob] = []
    private var mayGather = true
    private var reported = PoolCounts()

    var configuration: PostgresConfiguration { self.engine.configuration }

    /// Returns `nil` when the system has no descriptor left.
    init?(engine: PostgresEngine) {
        let configuration = engine.configuration
        // The low 16 bits of the number under which a socket is watched are its slot.
        let connectionsMax = min(configuration.connectionsMax, Int(UInt16.max))
        self.engine = engine
        self.pool = PoolStateMachine(
            connectionsMax: connectionsMax,
            depthMax: configuration.pipelineDepthMax,
            waitersMax: configuration.waitersMax
        )
        self.slots = Array(repeating: .empty, count: connectionsMax)
        let wakeUp = engine.wakeUp.descriptor
        guard self.poller.isUsable, wakeUp >= 0, self.poller.watch(wakeUp, id: 0, for: .read) else { return nil }
    }

    /// Works until the engine is closed; then closes all connections.
    func run() {
        while true {
            self.engine.take(into: &self.intake)
            if self.intake.isClosing { break }
            self.now = .now
            self.runJobs()
            self.accept()
            self.timePassed()
            self.pump()
            self.report()
            let count = self.completions.count
            self.resumeCallers()
            if count >= Self.gatheringCallersMin, self.mayGather, !self.engine.hasCalls {
                self.mayGather = false
                for _ in 0..<Self.yieldsToCallers { sched_yield() }
                continue
            }
            self.mayGather = true
            self.wait()
        }
        self.shutDown()
    }

    /// The next number for something that needs one.
    func makeNumber() -> UInt64 {
        self.lastNumber += 1
        return self.lastNumber
    }

    // MARK: - Calls in and out

    /// Runs the parts of tasks that prefer this thread.
    private func runJobs() {
        guard !self.intake.jobs.isEmpty || !self.laterJobs.isEmpty else { return }
        let executor = self.engine.asUnownedTaskExecutor()
        // What they ask for comes into an intake of its own; jobs that are added meanwhile run in the next turn.
        let jobs = self.laterJobs + self.intake.jobs
        self.laterJobs.removeAll(keepingCapacity: true)
        for (index, job) in jobs.enumerated() {
            job.runSynchronously(on: executor)
            guard (index + 1).isMultiple(of: Self.jobsBetweenSends) || index + 1 == jobs.count else { continue }
            self.accept()
            self.engine.take(into: &self.intake)
            self.laterJobs += self.intake.jobs
        }
    }

    private func accept() {
        for note in self.intake.notes { self.handle(note) }
        guard !self.intake.calls.isEmpty || !self.intake.cancelled.isEmpty else { return }
        for request in self.intake.calls {
            let call = PGCall(request)
            if self.nextDeadline.map({ call.deadline < $0 }) ?? true { self.nextDeadline = call.deadline }
            switch call.work {
            case .shared, .lease: self.pool.arrived(call)
            case .session(let lease, let work): self.arrived(call, lease, work)
            }
        }
        if !self.intake.cancelled.isEmpty { self.callersLeft(Set(self.intake.cancelled)) }
        self.pump()
        while self.pool.isOverfull, let call = self.pool.refuseLast() {
            let waitersMax = self.pool.waitersMax
            self.end(call, PostgresError(.poolExhausted, "\(waitersMax) callers wait for a connection already"))
        }
    }

    private func handle(_ note: PostgresEngine.Note) {
        switch note {
        case .returned(let lease, let resets): self.returned(lease, resets: resets)
        case .abandoned(let lease): self.abandoned(lease)
        case .cancelSent(let id): self.cancelSent(id)
        case .resolved(let opening, let result): self.resolved(opening, result)
        }
    }

    /// Ends a call with an error, unless it has ended before.
    func end(_ call: PGCall, _ error: PostgresError) {
        self.end(call, .failure(CallFailure(error)))
    }

    /// Ends a call, unless it has ended before.
    func end(_ call: PGCall, _ outcome: CallOutcome) {
        guard let waiter = call.takeWaiter() else { return }
        self.completions.append(CallCompletion(waiter: waiter, outcome: outcome))
    }

    private func resumeCallers() {
        guard !self.completions.isEmpty else { return }
        var answered = 0
        for completion in self.completions {
            if case .failure = completion.outcome {} else { answered += 1 }
            completion.waiter.resume(returning: completion.outcome)
        }
        self.engine.metrics.answered(answered)
        self.completions.removeAll(keepingCapacity: true)
    }

    /// Tells the metrics how things stand, when that has changed.
    private func report() {
        let state = PoolCounts(
            shared: self.pool.sharedCount,
            leased: self.pool.leasedCount,
            opening: self.pool.openingCount,
            waiting: self.pool.waitingCount
        )
        guard state != self.reported else { return }
        self.reported = state
        self.engine.metrics.state(state)
    }

    // MARK: - Waiting

    private func wait() {
        let isAwake = !self.laterJobs.isEmpty || !self.engine.mayFallAsleep()
        let timeout = isAwake ? 0 : self.nextTimer()?.remainingMilliseconds ?? -1
        var isNoted = isAwake
        self.poller.wait(milliseconds: timeout) { event in
            if !isNoted {
                isNoted = true
                self.engine.hasWoken()
                self.now = .now
            }
            if event.id == 0 {
                self.engine.wakeUp.reset()
            } else {
                self.happened(event)
            }
        }
    }

    private func happened(_ event: Poller.Event) {
        let index = Int(event.id & 0xFFFF)
        guard index < self.slots.count else { return }
        switch self.slots[index] {
        case .connecting(let connection, let limit, let attempt) where connection.id == event.id:
            self.advance(connection, by: limit, attempt: attempt)
        case .open(let connection) where connection.id == event.id:
            if event.isReadable { self.readable(connection) }
            if event.isWritable { self.writable(connection) }
        case .empty, .waiting, .resolving, .connecting, .open:
            // Of a connection that was closed within this turn.
            break
        }
    }

    /// The open connection of a slot.
    func connection(_ slot: Int) -> PGConnection? {
        guard self.slots.indices.contains(slot), case .open(let connection) = self.slots[slot] else { return nil }
        return connection
    }

    // MARK: - The end

    private func shutDown() {
        let error = PostgresError(.closed, "the client was shut down")
        for call in self.pool.drainWaiters() { self.end(call, error) }
        for slot in self.slots {
            guard case .open(let connection) = slot else { continue }
            if !connection.inFlight.isEmpty || !connection.isQuiet { self.sendCancelRequest(connection) }
            self.failCalls(of: connection, error)
        }
        self.slots = []
        self.resumeCallers()
        self.engine.metrics.stopped()
        // Run elsewhere, now that this thread ends.
        for job in self.laterJobs + self.intake.jobs { self.engine.enqueue(ExecutorJob(job)) }
        for request in self.intake.calls { request.waiter.resume(returning: .failure(CallFailure(error))) }
    }
}
