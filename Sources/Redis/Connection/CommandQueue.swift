import ServerRuntime

/// The calls of one client in the order in which they are sent and answered.
///
/// Pure bookkeeping, no I/O; for one thread.
///
/// A call is *queued* until its bytes are handed to the outbox, and then *in flight* until its last reply. A call in
/// flight stays there when its waiter has gone, because its replies still come and must be matched.
struct CommandQueue {
    /// A call that ends, to be resumed by the owner after it has given back the room that the call took.
    struct Completion {
        let call: PendingCall
        let outcome: PendingCall.Outcome
    }

    /// Room that ended calls give back.
    struct Released {
        var commands = 0
        var bytes = 0
    }

    private struct InFlight {
        let call: PendingCall
        /// Where its bytes begin, counted over all bytes of this connection.
        let start: Int
        var replies: [RedisValue] = []
    }

    private var queued = FIFO<PendingCall>()
    private var inFlight = FIFO<InFlight>()
    /// Not later than the earliest deadline; exact after each scan.
    ///
    /// So a scan is needed about once per timeout only.
    private var deadlineBound: Deadline?
    private var released = Released()

    /// Bytes handed to the outbox on this connection.
    private var bytesTaken = 0

    var hasQueued: Bool { !self.queued.isEmpty }
    var hasInFlight: Bool { !self.inFlight.isEmpty }

    /// When `expire(at:)` must be called next; `nil` without calls.
    var nextDeadline: Deadline? {
        self.queued.isEmpty && self.inFlight.isEmpty ? nil : self.deadlineBound
    }

    /// The deadline of the call whose reply comes next.
    var oldestDeadlineInFlight: Deadline? { self.inFlight.first?.call.deadline }

    /// Adds calls at the end.
    mutating func enqueue(_ calls: [PendingCall]) {
        for call in calls {
            self.queued.append(call)
            self.deadlineBound = min(self.deadlineBound ?? call.deadline, call.deadline)
        }
    }

    /// Moves queued calls into `outbox` until it holds `bytesMax` bytes.
    ///
    /// Calls whose waiter has gone are left out.
    mutating func fill(_ outbox: inout Outbox, bytesMax: Int) {
        while outbox.count < bytesMax, let call = self.queued.popFirst() {
            guard call.commit() else {
                self.release(call)
                continue
            }
            outbox.append(call.bytes)
            self.inFlight.append(InFlight(call: call, start: self.bytesTaken))
            self.bytesTaken += call.bytes.count
        }
    }

    /// Matches a reply with the oldest call in flight.
    ///
    /// - Returns: the call, if the reply was its last.
    /// - Throws: `.protocolViolation` when nothing is in flight.
    mutating func received(_ reply: RedisValue) throws(RedisError) -> Completion? {
        guard !self.inFlight.isEmpty else {
            throw RedisError(.protocolViolation, "the server sent a reply that nobody asked for")
        }
        var replies: [RedisValue]?
        // Changed in place: a copy of the entry would make each reply of a pipeline copy all those before it.
        self.inFlight.updateFirst { entry in
            guard entry.call.commandCount > 1 else {
                replies = [reply]
                return
            }
            if entry.replies.isEmpty { entry.replies.reserveCapacity(entry.call.commandCount) }
            entry.replies.append(reply)
            if entry.replies.count == entry.call.commandCount { replies = entry.replies }
        }
        return replies.flatMap { self.completeFirst(with: $0) }
    }

    /// Ends calls whose deadline is not after `now`.
    mutating func expire(at now: Deadline, error: RedisError) -> [Completion] {
        guard let bound = self.deadlineBound, bound <= now else { return [] }
        var expired: [Completion] = []
        var earliest: Deadline?
        let visit = { (call: PendingCall) in
            if call.isFinished { return }
            if call.deadline <= now {
                expired.append(Completion(call: call, outcome: .failure(error)))
            } else {
                earliest = min(earliest ?? call.deadline, call.deadline)
            }
        }
        self.inFlight.visit { visit($0.call) }
        self.queued.visit(visit)
        self.deadlineBound = earliest
        self.dropQueued { $0.isFinished || $0.deadline <= now }
        return expired
    }

    /// Forgets queued calls whose waiter has gone.
    mutating func dropFinished() {
        self.dropQueued { $0.isFinished }
    }

    /// The connection is gone after `bytesSent` bytes: what was sent, even in part, fails; the rest waits for the next.
    mutating func connectionLost(bytesSent: Int, error: RedisError) -> [Completion] {
        var failed: [Completion] = []
        var kept = FIFO<PendingCall>()
        while let entry = self.inFlight.popFirst() {
            if entry.start >= bytesSent, entry.call.withdraw() {
                kept.append(entry.call)
            } else {
                self.release(entry.call)
                failed.append(Completion(call: entry.call, outcome: .failure(error)))
            }
        }
        self.queued.visit { kept.append($0) }
        self.queued = kept
        self.bytesTaken = 0
        return failed
    }

    /// Ends all queued calls with `error`.
    mutating func failQueued(_ error: RedisError) -> [Completion] {
        var failed: [Completion] = []
        while let call = self.queued.popFirst() {
            self.release(call)
            failed.append(Completion(call: call, outcome: .failure(error)))
        }
        return failed
    }

    /// The room given back since the last time.
    mutating func takeReleased() -> Released {
        defer { self.released = Released() }
        return self.released
    }

    private mutating func completeFirst(with replies: [RedisValue]) -> Completion? {
        guard let entry = self.inFlight.popFirst() else { return nil }
        self.release(entry.call)
        return Completion(call: entry.call, outcome: .success(replies))
    }

    private mutating func dropQueued(where isDropped: (PendingCall) -> Bool) {
        var dropped: [PendingCall] = []
        self.queued.filterInPlace { call in
            guard isDropped(call) else { return true }
            dropped.append(call)
            return false
        }
        for call in dropped { self.release(call) }
    }

    private mutating func release(_ call: PendingCall) {
        self.released.commands += call.commandCount
        self.released.bytes += call.bytes.count
    }
}

extension CommandQueue.Completion {
    /// Resumes the waiter, if it is still there.
    func resume() {
        switch self.outcome {
        case .success(let replies): self.call.succeed(replies)
        case .failure(let error): self.call.fail(error)
        }
    }
}
