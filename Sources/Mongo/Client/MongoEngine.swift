import CMongoc
import Logging
import ServerRuntime
import Synchronization

/// Clients and threads of a `MongoClient`, and the calls that want them.
///
/// A call gets a client first, then a thread. All decisions are those of `EngineState`, under one lock, which is held for
/// nothing else: threads are woken, tasks resumed and C called after it is released.
final class MongoEngine: Sendable {
    let configuration: MongoConfiguration
    let monitor: MongoMonitor
    let logger: Logger
    let state: Mutex<EngineState>
    let slots: [ClientSlot]
    /// One for each thread, to sleep on.
    let beds: [Semaphore]
    let timer = MongoTimer()
    let search = ServerSearch()
    let pool = Mutex<MongocPool?>(nil)
    private let lastID = Atomic<UInt64>(0)
    private let end = Mutex<Deadline?>(nil)

    init(_ configuration: MongoConfiguration, monitor: MongoMonitor, logger: Logger) {
        self.configuration = configuration
        self.monitor = monitor
        self.logger = logger
        let count = configuration.connectionsMax
        self.state = Mutex(EngineState(slotsMax: count, waitersMax: configuration.waitersMax))
        self.slots = (0..<count).map { ClientSlot(index: $0) }
        self.beds = (0..<configuration.threadsMax).map { _ in Semaphore() }
    }

    /// Set once the client ends: when calls that run are broken off.
    var closeDeadline: Deadline? {
        self.end.withLock { $0 }
    }

    var isClosing: Bool {
        self.closeDeadline != nil
    }

    func nextID() -> UInt64 {
        self.lastID.wrappingAdd(1, ordering: .relaxed).newValue
    }

    // MARK: - Calls

    /// Runs `body` with a client on one of the threads.
    func call<Value: Sendable>(
        _ options: EngineCallOptions,
        _ body: @escaping ClientCall<Value>.Body
    ) async throws(MongoError) -> Value {
        let id = self.nextID()
        let deadline = options.deadline ?? .after(self.configuration.operationTimeout)
        guard !options.isShielded else { return try await self.submitted(options, id, deadline, body).get() }
        return try await withTaskCancellationHandler {
            await self.submitted(options, id, deadline, body)
        } onCancel: {
            self.cancel(id)
        }.get()
    }

    private func submitted<Value: Sendable>(
        _ options: EngineCallOptions,
        _ id: UInt64,
        _ deadline: Deadline,
        _ body: @escaping ClientCall<Value>.Body
    ) async -> Result<Value, MongoError> {
        await withUnsafeContinuation { continuation in
            let call = ClientCall(
                id: id,
                deadline: deadline,
                options: options,
                body: body,
                continuation: continuation
            )
            self.submit(call, on: options.slot, isShielded: options.isShielded)
        }
    }

    /// Takes a client out of the pool, to keep it.
    func checkOut(_ deadline: Deadline?) async throws(MongoError) -> ClientLease {
        let id = self.nextID()
        let deadline = deadline ?? .after(self.configuration.operationTimeout)
        let outcome: Result<ClientLease, MongoError> = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                self.submit(
                    LeaseRequest(engine: self, id: id, deadline: deadline, continuation: continuation),
                    on: nil,
                    isShielded: false
                )
            }
        } onCancel: {
            self.cancel(id)
        }
        return try outcome.get()
    }

    private func submit(_ call: any EngineCall, on slot: ClientSlot?, isShielded: Bool) {
        let submission = self.state.withLock { state in
            slot.map { state.submit(call, lease: $0.index) } ?? state.submit(call)
        }
        if case .refused(let error) = submission {
            call.fail(error)
            return self.count(error)
        }
        self.act(submission)
        self.timer.wake(before: call.deadline)
        // The handler may have run before there was anything to cancel.
        if !isShielded, Task.isCancelled {
            self.cancel(call.id)
        }
    }

    func act(_ submission: EngineState.Submission?) {
        switch submission {
        case .accepted(let action): self.act(action)
        case .granted(let lease, let slot): lease.granted(self.slots[slot])
        case .refused, nil: break
        }
    }

    /// Counts the end of a call.
    func count(_ error: MongoError?) {
        let metrics = self.monitor.metrics
        if let error {
            metrics.failed(error.code)
        } else if !metrics.answered() {
            return
        }
        self.reportState()
    }

    func reportState() {
        let (used, waiting, threads) = self.state.withLock {
            ($0.pool.usedCount, $0.pool.waitingCount, $0.schedule.liveCount)
        }
        self.monitor.metrics.state(inUse: used, waiting: waiting, threads: threads)
    }

    // MARK: - Leases

    func attach(_ attachment: any LeaseAttachment, to slot: ClientSlot) -> Bool {
        self.state.withLock { $0.attach(attachment, to: slot.index) }
    }

    func detach(_ attachment: any LeaseAttachment, of slot: ClientSlot) {
        _ = self.state.withLock { $0.detach(attachment, of: slot.index) }
    }

    func destroy(_ attachment: any LeaseAttachment, of slot: ClientSlot) {
        let id = self.nextID()
        let submission = self.state.withLock { state -> EngineState.Submission? in
            guard state.detach(attachment, of: slot.index) else { return nil }
            return state.submit(LeaseCleanUp(id: id, [attachment]), lease: slot.index)
        }
        self.act(submission)
    }

    func giveBack(_ slot: ClientSlot) {
        let id = self.nextID()
        let submission = self.state.withLock { $0.giveBack(slot.index, id: id) }
        self.act(submission)
        self.endThreadsIfDone()
    }

    // MARK: - Ending calls

    /// The task of a call was cancelled.
    private func cancel(_ id: UInt64) {
        guard let (call, slot) = self.state.withLock({ $0.giveUp(id) }) else { return }
        self.stop(call, slot, MongoError(.cancelled, "cancelled"))
    }

    /// Answers for a call, and keeps its thread from sending anything more.
    func stop(_ call: any EngineCall, _ slot: Int?, _ error: MongoError) {
        var error = error
        if let slot {
            let result = self.slots[slot].control.stop(call.id)
            error.mayHaveBeenApplied = result == .sent && call.kind.mayWrite
            self.monitor.gate.wake()
        }
        call.fail(error)
        self.count(error)
    }

    /// Ends the calls whose time is up.
    ///
    /// - Returns: when to look again.
    func expire() -> Deadline? {
        let (waiting, running, next) = self.state.withLock { $0.expire(now: .now, grace: Self.grace) }
        for call in waiting {
            self.stop(call, nil, MongoError(.timeout, "no client was free before the deadline"))
        }
        for (call, slot) in running {
            self.stop(call, slot, MongoError(.timeout, "no answer before the deadline"))
        }
        return next
    }

    /// What a thread gets after the deadline to say more than the timer can.
    private static let grace: Duration = .milliseconds(10)

    /// Takes no more calls: those that wait fail, those that run get `closeGrace`.
    func close() {
        let isFirst = self.end.withLock { end in
            guard end == nil else { return false }
            end = .after(self.configuration.closeGrace)
            return true
        }
        guard isFirst else { return }
        let (calls, actions) = self.state.withLock { $0.close(id: self.nextID) }
        for call in calls {
            call.fail(MongoError(.closed, "the client was shut down"))
        }
        actions.forEach(self.act)
        self.monitor.gate.close()
        self.endThreadsIfDone()
        self.timer.wake()
    }
}
