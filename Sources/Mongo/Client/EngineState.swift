import ServerRuntime

/// Clients, calls and threads of an engine, without any of them running.
struct EngineState {
    struct Job {
        let slot: Int
        let call: any EngineCall
    }

    /// The part of a slot that changes.
    private struct Slot {
        /// The call that has the client: on a thread, or in line for one.
        var call: (any EngineCall)?
        /// Whether the timer has answered for the call already.
        var isLate = false
        var lease: LeaseState?
    }

    enum Submission {
        case accepted(ThreadSchedule<Job>.Action)
        /// A lease has the slot, and is to be told.
        case granted(any EngineCall, slot: Int)
        case refused(MongoError)
    }

    private(set) var pool: PoolStateMachine<any EngineCall>
    var schedule = ThreadSchedule<Job>()
    private var slots: [Slot]
    private(set) var isClosing = false
    private let waitersMax: Int

    init(slotsMax: Int, waitersMax: Int) {
        self.pool = PoolStateMachine(slotsMax: slotsMax, waitersMax: waitersMax)
        self.slots = Array(repeating: Slot(), count: slotsMax)
        self.waitersMax = waitersMax
    }

    // MARK: - Calls

    /// A call or lease wants a client of the pool.
    mutating func submit(_ call: any EngineCall) -> Submission {
        switch self.pool.submit(call, id: call.id, deadline: call.deadline) {
        case .granted(let slot):
            guard call.needsThread else {
                self.slots[slot].lease = LeaseState()
                return .granted(call, slot: slot)
            }
            return .accepted(self.start(call, slot))
        case .waiting: return .accepted(.none)
        case .full: return .refused(MongoError(.poolExhausted, "\(self.waitersMax) calls wait for a client already"))
        case .closed: return .refused(MongoError(.closed, "the client was shut down"))
        }
    }

    /// A call wants the client of a lease.
    mutating func submit(_ call: any EngineCall, lease slot: Int) -> Submission {
        guard !self.isClosing || call.isCleanUp, self.slots[slot].lease?.isReturning == false else {
            return .refused(MongoError(.closed, "the client was shut down"))
        }
        guard self.slots[slot].call != nil else { return .accepted(self.start(call, slot)) }
        guard call.isCleanUp || self.slots[slot].lease?.pending.count ?? 0 < LeaseState.pendingMax else {
            return .refused(MongoError(.poolExhausted, "\(LeaseState.pendingMax) calls wait for this session already"))
        }
        self.slots[slot].lease?.pending.append(call)
        return .accepted(.none)
    }

    /// The call of a slot has ended on a thread that asks for its next job now.
    ///
    /// - Returns: the lease that has a slot now, to be told.
    mutating func finished(_ slot: Int) -> (lease: any EngineCall, slot: Int)? {
        self.slots[slot].call = nil
        self.slots[slot].isLate = false
        if let next = self.slots[slot].lease?.pending.popFirst() {
            self.slots[slot].call = next
            self.schedule.addBeforeNext(Job(slot: slot, call: next))
            return nil
        }
        guard self.slots[slot].lease?.isReturning != false else { return nil }
        self.slots[slot].lease = nil
        guard let next = self.pool.release(slot) else { return nil }
        guard next.needsThread else {
            self.slots[slot].lease = LeaseState()
            return (next, slot)
        }
        self.slots[slot].call = next
        self.schedule.addBeforeNext(Job(slot: slot, call: next))
        return nil
    }

    /// A task gives up its call.
    ///
    /// - Returns: the call, and the slot when it has one.
    mutating func giveUp(_ id: UInt64) -> (call: any EngineCall, slot: Int?)? {
        if let call = self.pool.giveUp(id) { return (call, nil) }
        for index in self.slots.indices {
            if let call = self.slots[index].call, call.id == id { return (call, index) }
            guard self.slots[index].lease?.pending.isEmpty == false else { continue }
            if let call = self.slots[index].lease?.pending.remove(where: { $0.id == id }).first { return (call, nil) }
        }
        return nil
    }

    private mutating func start(_ call: any EngineCall, _ slot: Int) -> ThreadSchedule<Job>.Action {
        self.slots[slot].call = call
        return self.schedule.add(Job(slot: slot, call: call))
    }

    // MARK: - Leases

    /// Binds an attachment to a lease; `false` when the lease is ending.
    mutating func attach(_ attachment: any LeaseAttachment, to slot: Int) -> Bool {
        guard self.slots[slot].lease?.isReturning == false else { return false }
        self.slots[slot].lease?.attach(attachment)
        return true
    }

    /// Takes an attachment out; `false` when it is destroyed already or about to be.
    mutating func detach(_ attachment: any LeaseAttachment, of slot: Int) -> Bool {
        self.slots[slot].lease?.remove(attachment) ?? false
    }

    /// The owner of a lease lets it go; `id` is for the call that frees what it holds.
    ///
    /// - Returns: what to do with threads, and the call or lease that has the slot now, if it is free at once.
    mutating func giveBack(_ slot: Int, id: UInt64) -> Submission? {
        guard let attachments = self.slots[slot].lease?.removeAll(), self.slots[slot].lease?.isReturning == false else {
            return nil
        }
        if !attachments.isEmpty {
            let submission = self.submit(LeaseCleanUp(id: id, attachments), lease: slot)
            self.slots[slot].lease?.isReturning = true
            return submission
        }
        self.slots[slot].lease?.isReturning = true
        guard self.slots[slot].call == nil else { return nil }
        self.slots[slot].lease = nil
        guard let next = self.pool.release(slot) else { return nil }
        guard next.needsThread else {
            self.slots[slot].lease = LeaseState()
            return .granted(next, slot: slot)
        }
        return .accepted(self.start(next, slot))
    }

    // MARK: - Time

    /// The calls whose time is up.
    ///
    /// A call that runs gets `grace` on top, to tell more than that its time was up.
    ///
    /// - Returns: those that wait and have been removed; those that run, with their slots; and when to look again.
    mutating func expire(
        now: Deadline,
        grace: Duration
    ) -> (waiting: [any EngineCall], running: [(call: any EngineCall, slot: Int)], next: Deadline?) {
        var waiting = self.pool.expire(now: now)
        var running: [(call: any EngineCall, slot: Int)] = []
        var next = self.pool.earliestDeadline
        for index in self.slots.indices {
            if let call = self.slots[index].call, !self.slots[index].isLate, !call.isCleanUp {
                let end = call.deadline + grace
                if end <= now {
                    self.slots[index].isLate = true
                    running.append((call, index))
                } else {
                    next = next.map { min($0, end) } ?? end
                }
            }
            guard self.slots[index].lease?.pending.isEmpty == false else { continue }
            waiting += self.slots[index].lease?.pending.remove { $0.deadline <= now && !$0.isCleanUp } ?? []
            for call in self.slots[index].lease?.pending.all ?? [] where !call.isCleanUp {
                next = next.map { min($0, call.deadline) } ?? call.deadline
            }
        }
        return (waiting, running, next)
    }

    // MARK: - End

    /// Takes no more calls, and gives back all leases.
    ///
    /// - Parameter id: makes numbers for the calls that free what leases hold.
    /// - Returns: the calls that have not begun, and what to do with threads.
    mutating func close(id: () -> UInt64) -> (calls: [any EngineCall], actions: [ThreadSchedule<Job>.Action]) {
        self.isClosing = true
        var calls = self.pool.close() + self.schedule.readyJobs.map(\.call).filter { !$0.isCleanUp }
        var actions: [ThreadSchedule<Job>.Action] = []
        for index in self.slots.indices where self.slots[index].lease != nil {
            calls += self.slots[index].lease?.pending.remove { !$0.isCleanUp } ?? []
            if case .accepted(let action) = self.giveBack(index, id: id()) {
                actions.append(action)
            }
        }
        return (calls, actions)
    }

    /// All calls that have a client, with their slots.
    var running: [(call: any EngineCall, slot: Int)] {
        self.slots.indices.compactMap { index in self.slots[index].call.map { ($0, index) } }
    }
}
