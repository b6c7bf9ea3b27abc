import ServerRuntime

/// The calls of one connection in the order in which they are sent and answered, and the bytes that are still to be sent.
///
/// Pure bookkeeping, no I/O. A call is *queued* until its bytes are taken for sending, and then *in flight* until its
/// last reply. A call in flight stays when its waiter has gone, because its replies still come and must be matched.
struct CallQueue: Sendable {
    private struct Entry: Sendable {
        let ticket: UInt64
        /// `nil` once nobody waits any more.
        var waiter: CallWaiter?
        let deadline: Deadline
        let commandCount: Int
        let byteCount: Int
        var replies: [RedisValue] = []
    }

    /// Bytes that `take(into:)` hands out at once: what was handed out can no longer be withdrawn.
    private static let bytesPerTake = 128 << 10
    private static let callsWorthSending = 16

    private let commandsMax: Int
    private let bytesMax: Int

    private var entries = FIFO<Entry>()
    /// How many of the entries, from the first, are in flight.
    private var inFlight = 0
    /// The bytes of the queued entries, after an offset.
    private var staged: [UInt8] = []
    private var stagedOffset = 0
    /// Queued entries without a waiter.
    private var abandoned = 0
    private var pendingCommands = 0
    private var pendingBytes = 0
    /// Bytes of the entries that were answered on this connection.
    private var bytesAnswered = 0
    /// Not later than the earliest deadline; exact after each scan, so that a scan is needed about once per timeout.
    private var deadlineBound: Deadline?

    /// A queue that holds at most so many commands, and bytes of them, from submission to the last reply.
    init(commandsMax: Int, bytesMax: Int) {
        self.commandsMax = commandsMax
        self.bytesMax = bytesMax
    }

    var isEmpty: Bool { self.entries.isEmpty }
    var hasQueued: Bool { self.entries.count > self.inFlight }
    var hasInFlight: Bool { self.inFlight > 0 }
    /// Whether to send now although more is to come: the server has little to do, and there is enough for a system call.
    var isWorthSending: Bool {
        self.entries.count - self.inFlight >= max(Self.callsWorthSending, self.inFlight / 2)
    }

    /// Commands that are queued or in flight.
    var commandCount: Int { self.pendingCommands }

    /// When `expire(at:)` must be called next; `nil` without calls.
    var nextDeadline: Deadline? { self.isEmpty ? nil : self.deadlineBound }

    /// The deadline of the call whose reply comes next.
    var oldestDeadlineInFlight: Deadline? { self.inFlight > 0 ? self.entries.first?.deadline : nil }

    // MARK: - Callers

    /// Adds a call at the end.
    ///
    /// - Parameters:
    ///   - ticket: a number by which the call can be cancelled.
    ///   - waiter: who is resumed at its end, exactly once, unless an error is returned.
    ///   - deadline: when it ends at the latest.
    ///   - commandCount: how many replies it awaits, at least 1.
    ///   - bytes: its encoded commands.
    /// - Returns: why it was not added, if so.
    mutating func submit(
        ticket: UInt64,
        waiter: CallWaiter,
        deadline: Deadline,
        commandCount: Int,
        bytes: UnsafeRawBufferPointer
    ) -> RedisError? {
        // Those whose waiter has gone make room at the latest when it is needed.
        if !self.hasRoom(for: commandCount, bytes.count) { self.tidy() }
        guard self.hasRoom(for: commandCount, bytes.count) else {
            let pending = "\(self.pendingCommands) commands of \(self.pendingBytes) bytes"
            return RedisError(.queueFull, "\(pending) are pending")
        }
        self.pendingCommands += commandCount
        self.pendingBytes += bytes.count
        self.staged.append(contentsOf: bytes)
        self.entries.append(
            Entry(
                ticket: ticket,
                waiter: waiter,
                deadline: deadline,
                commandCount: commandCount,
                byteCount: bytes.count
            )
        )
        if let bound = self.deadlineBound, bound <= deadline, self.entries.count > 1 { return nil }
        self.deadlineBound = deadline
        return nil
    }

    private func hasRoom(for commandCount: Int, _ byteCount: Int) -> Bool {
        self.pendingCommands + commandCount <= self.commandsMax && self.pendingBytes + byteCount <= self.bytesMax
    }

    /// Ends a call whose waiter goes away; `nil` when it has ended already, or is not here yet.
    mutating func cancel(ticket: UInt64, error: RedisError) -> CallCompletion? {
        guard let position = self.position(of: ticket) else { return nil }
        return self.abandon(position, error)
    }

    /// Forgets the queued calls whose waiter has gone, and gives their room back.
    mutating func tidy() {
        if self.abandoned > 0 { self.dropAbandoned() }
    }

    // MARK: - Sending

    /// Moves the bytes of queued calls to the end of `wire`, whose calls are then in flight.
    ///
    /// Calls whose waiter has gone are left out, and forgotten.
    mutating func take(into wire: inout [UInt8]) {
        self.tidy()
        guard self.hasQueued else { return }
        let stagedCount = self.staged.count - self.stagedOffset
        if stagedCount <= Self.bytesPerTake {
            if wire.isEmpty, self.stagedOffset == 0 {
                swap(&wire, &self.staged)
            } else {
                wire.append(contentsOf: self.staged[self.stagedOffset...])
                self.staged.removeAll(keepingCapacity: true)
                self.stagedOffset = 0
            }
            self.inFlight = self.entries.count
            return
        }
        var count = 0
        while self.hasQueued, count < Self.bytesPerTake {
            count += self.entries[self.inFlight].byteCount
            self.inFlight += 1
        }
        wire.append(contentsOf: self.staged[self.stagedOffset..<self.stagedOffset + count])
        self.stagedOffset += count
        if self.stagedOffset * 2 >= self.staged.count {
            self.staged.removeFirst(self.stagedOffset)
            self.stagedOffset = 0
        }
    }

    // MARK: - Receiving

    /// Matches replies with the oldest calls in flight, and adds the calls that end to `completions`.
    ///
    /// - Throws: `.protocolViolation` when nothing is in flight.
    mutating func received(_ replies: [RedisValue], _ completions: inout [CallCompletion]) throws(RedisError) {
        for reply in replies {
            guard self.inFlight > 0 else {
                throw RedisError(.protocolViolation, "the server sent a reply that nobody asked for")
            }
            var outcome: CallOutcome?
            // Changed in place: a copy of the entry would make each reply of a pipeline copy all those before it.
            self.entries.updateFirst { entry in
                guard entry.commandCount > 1 else {
                    outcome = .reply(reply)
                    return
                }
                if entry.replies.isEmpty { entry.replies.reserveCapacity(entry.commandCount) }
                entry.replies.append(reply)
                if entry.replies.count == entry.commandCount { outcome = .replies(entry.replies) }
            }
            guard let outcome, let entry = self.popFirst() else { continue }
            self.bytesAnswered += entry.byteCount
            if let waiter = entry.waiter { completions.append(CallCompletion(waiter: waiter, outcome: outcome)) }
        }
    }

    // MARK: - Ends without a reply

    /// Ends calls whose deadline is not after `now`.
    mutating func expire(at now: Deadline, error: RedisError) -> [CallCompletion] {
        guard let bound = self.deadlineBound, bound <= now else { return [] }
        var expired: [CallCompletion] = []
        var earliest: Deadline?
        for position in 0..<self.entries.count where self.entries[position].waiter != nil {
            let deadline = self.entries[position].deadline
            if deadline <= now {
                if let completion = self.abandon(position, error) { expired.append(completion) }
            } else {
                earliest = min(earliest ?? deadline, deadline)
            }
        }
        self.deadlineBound = earliest
        self.tidy()
        return expired
    }

    /// The connection is gone after `bytesSent` bytes: what was sent, even in part, fails; the rest waits for the next.
    ///
    /// - Parameters:
    ///   - bytesSent: bytes that the socket took, over all of this connection.
    ///   - unsent: bytes that were taken for sending and not sent.
    ///   - error: why the connection is gone.
    /// - Returns: the calls that fail.
    mutating func connectionLost(
        bytesSent: Int,
        unsent: ArraySlice<UInt8>,
        error: RedisError
    ) -> [CallCompletion] {
        var failed: [CallCompletion] = []
        var start = self.bytesAnswered
        while self.inFlight > 0, start < bytesSent, let entry = self.popFirst() {
            start += entry.byteCount
            var error = error
            error.mayHaveBeenApplied = true
            if let waiter = entry.waiter {
                failed.append(CallCompletion(waiter: waiter, outcome: .failure(error)))
            }
        }
        // What is left begins with whole commands: the rest of one that was sent in part goes.
        let kept = unsent.dropFirst(max(0, start - bytesSent))
        self.staged.replaceSubrange(..<self.stagedOffset, with: kept)
        self.stagedOffset = 0
        for position in 0..<self.inFlight where self.entries[position].waiter == nil { self.abandoned += 1 }
        self.inFlight = 0
        self.bytesAnswered = 0
        return failed
    }

    /// Ends all queued calls with `error`.
    mutating func failQueued(_ error: RedisError) -> [CallCompletion] {
        var failed: [CallCompletion] = []
        for position in self.inFlight..<self.entries.count {
            if let completion = self.abandon(position, error) { failed.append(completion) }
        }
        self.dropAbandoned()
        return failed
    }

    // MARK: - Bookkeeping

    private mutating func popFirst() -> Entry? {
        guard let entry = self.entries.popFirst() else { return nil }
        self.inFlight -= 1
        self.pendingCommands -= entry.commandCount
        self.pendingBytes -= entry.byteCount
        return entry
    }

    /// Takes the waiter out of an entry.
    private mutating func abandon(_ position: Int, _ error: RedisError) -> CallCompletion? {
        let isInFlight = position < self.inFlight
        guard let waiter = self.entries[position].waiter else { return nil }
        self.entries[position].waiter = nil
        if !isInFlight { self.abandoned += 1 }
        var error = error
        error.mayHaveBeenApplied = isInFlight
        return CallCompletion(waiter: waiter, outcome: .failure(error))
    }

    /// Forgets the queued entries without a waiter, and their bytes.
    private mutating func dropAbandoned() {
        var kept: [UInt8] = []
        kept.reserveCapacity(self.staged.count - self.stagedOffset)
        var offset = self.stagedOffset
        var position = 0
        let inFlight = self.inFlight
        let staged = self.staged
        var (commands, bytes) = (0, 0)
        self.entries.filterInPlace { entry in
            defer { position += 1 }
            guard position >= inFlight else { return true }
            defer { offset += entry.byteCount }
            guard entry.waiter != nil else {
                commands += entry.commandCount
                bytes += entry.byteCount
                return false
            }
            kept.append(contentsOf: staged[offset..<offset + entry.byteCount])
            return true
        }
        self.pendingCommands -= commands
        self.pendingBytes -= bytes
        self.staged = kept
        self.stagedOffset = 0
        self.abandoned = 0
    }

    /// Where the call with `ticket` is.
    ///
    /// Calls stand nearly in the order of their tickets, so the search begins where it should be and widens.
    private func position(of ticket: UInt64) -> Int? {
        let count = self.entries.count
        guard let first = self.entries.first?.ticket else { return nil }
        let guess = min(Int(clamping: ticket &- min(first, ticket)), count - 1)
        for distance in 0..<count {
            let below = guess - distance
            let above = guess + distance
            if below >= 0, self.entries[below].ticket == ticket { return below }
            if above < count, self.entries[above].ticket == ticket { return above }
        }
        return nil
    }
}
