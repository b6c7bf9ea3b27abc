import CPq
import ServerRuntime

/// Calls that end before their answers come: by deadline or cancellation.
///
/// The caller is told at once. The answer is dropped when it comes, and the server is asked to stop what it is doing for
/// nobody, unless that ends by itself very soon.
extension EngineThread {
    /// An abandoned statement that ends within this time is not worth a cancel request, for which the server makes a process.
    private static let cancelDelay = Duration.milliseconds(5)

    // MARK: - Ending calls

    /// Ends the calls of cancelled tasks.
    func callersLeft(_ ids: Set<UInt64>) {
        self.endCalls(
            waiting: PostgresError(.cancelled, "cancelled while waiting for a connection"),
            sent: PostgresError(.cancelled, "cancelled while waiting for the answer", mayHaveBeenApplied: true)
        ) { ids.contains($0.id) }
    }

    /// Ends the calls whose deadline has passed, and does what else is due.
    func timePassed() {
        if let nextDeadline, nextDeadline <= self.now { self.expireCalls() }
        for index in self.slots.indices {
            switch self.slots[index] {
            case .waiting(let until, let attempt) where until <= self.now:
                self.openAgain(index, attempt: attempt)
            case .resolving(_, let limit, let attempt) where limit <= self.now,
                .connecting(_, let limit, let attempt) where limit <= self.now:
                let message = "no connection within \(self.configuration.connectTimeout)"
                self.openingFailed(index, attempt, PostgresError(.connectionFailed, message))
            case .open(let connection):
                if let limit = connection.cancelAt, limit <= self.now { self.requestCancel(connection) }
                if let limit = connection.graceLimit, limit <= self.now {
                    let message = "the server did not end a statement that was given up"
                    self.lost(connection, PostgresError(.connectionLost, message, mayHaveBeenApplied: true))
                }
            case .empty, .waiting, .resolving, .connecting:
                break
            }
        }
    }

    /// When `timePassed()` has to be called next.
    func nextTimer() -> Deadline? {
        var next = self.nextDeadline
        func consider(_ deadline: Deadline?) {
            if let deadline, next.map({ deadline < $0 }) ?? true { next = deadline }
        }
        for slot in self.slots {
            switch slot {
            case .empty: break
            case .waiting(let until, _): consider(until)
            case .resolving(_, let limit, _), .connecting(_, let limit, _): consider(limit)
            case .open(let connection):
                consider(connection.cancelAt)
                consider(connection.graceLimit)
            }
        }
        return next
    }

    private func expireCalls() {
        let now = self.now
        let noConnection = self.lastFailure.map {
            PostgresError(.connectionFailed, "no connection before the deadline", cause: $0)
        }
        self.endCalls(
            waiting: noConnection ?? PostgresError(.timeout, "all connections were in use up to the deadline"),
            sent: PostgresError(.timeout, "the deadline passed before the answer came", mayHaveBeenApplied: true)
        ) { $0.deadline <= now }
        self.nextDeadline = nil
        self.forEachCall { call, _ in
            if self.nextDeadline.map({ call.deadline < $0 }) ?? true { self.nextDeadline = call.deadline }
        }
    }

    /// Ends the live calls that satisfy `condition`, with one error those that were not sent and with another those that were.
    private func endCalls(waiting: PostgresError, sent: PostgresError, where condition: (PGCall) -> Bool) {
        var leftCount = 0
        let waiting = CallOutcome.failure(CallFailure(waiting))
        let sent = CallOutcome.failure(CallFailure(sent))
        self.forEachCall { call, place in
            guard !call.isInternal, condition(call) else { return }
            if case .queue = place { leftCount += 1 }
            self.end(call, place == .sent ? sent : waiting)
        }
        if leftCount > 0 { self.pool.left(count: leftCount) }
        for slot in self.slots {
            guard case .open(let connection) = slot else { continue }
            connection.pending.filterInPlace(\.isLive)
            if connection.listener?.isLive == false { connection.listener = nil }
            self.attendAbandoned(connection)
        }
    }

    private enum Place {
        case queue
        case pending
        case sent
    }

    private func forEachCall(_ body: (PGCall, Place) -> Void) {
        for call in self.pool.waiters where call.isLive { body(call, .queue) }
        for slot in self.slots {
            guard case .open(let connection) = slot else { continue }
            for call in connection.inFlight where call.isLive { body(call, .sent) }
            for call in connection.pending where call.isLive { body(call, .pending) }
            if let call = connection.activityCall, call.isLive { body(call, .sent) }
            if let listener = connection.listener { body(listener, .pending) }
        }
    }

    // MARK: - Stopping the server

    /// Sees to it that what the server does for nobody ends.
    func attendAbandoned(_ connection: PGConnection) {
        guard connection.isHeadAbandoned else {
            connection.cancelAt = nil
            return self.updatePause(connection)
        }
        connection.beginDropping()
        if case .copyIn(let copy) = connection.activity { self.failCopyIn(connection, copy, "the client gave up") }
        // That may have ended it.
        guard connection.isHeadAbandoned else { return }
        guard !connection.isCancelling, connection.cancelAt == nil, !connection.isHeadCancelRequested else { return }
        connection.cancelAt = self.now + Self.cancelDelay
    }

    /// Asks the server to stop what it runs on this connection.
    func requestCancel(_ connection: PGConnection) {
        connection.cancelAt = nil
        guard !connection.isCancelling else { return }
        connection.isCancelling = true
        connection.markCancelRequested()
        connection.graceLimit = self.now + self.configuration.cancelGrace
        // Whatever were sent now could be struck instead.
        self.updatePause(connection)
        self.sendCancelRequest(connection)
    }

    /// Sends a cancel request from a thread of its own, since `PQcancel` blocks: for ever, when the network swallows what
    /// the server answers.
    ///
    /// So only so many are under way at a time. Without one the statement ends with its connection, after the grace.
    func sendCancelRequest(_ connection: PGConnection) {
        let (id, engine) = (connection.id, self.engine)
        self.cancelCount += 1
        guard self.cancelCount <= 2 * self.slots.count, let handle = PGCancelHandle(connection: connection.raw) else {
            return engine.post(.cancelSent(connection: id))
        }
        engine.metrics.cancelRequested()
        let isStarted = IOThread.start(name: "postgres-cancel") {
            handle.send()
            engine.post(.cancelSent(connection: id))
        }
        if !isStarted { engine.post(.cancelSent(connection: id)) }
    }

    /// A cancel request has been delivered: its signal cannot strike what is sent from now on.
    func cancelSent(_ id: UInt64) {
        self.cancelCount -= 1
        guard let connection = self.connection(Int(id & 0xFFFF)), connection.id == id else { return }
        connection.isCancelling = false
        self.updatePause(connection)
        self.attendAbandoned(connection)
        if connection.use != .shared { self.beginPending(connection) }
    }
}
