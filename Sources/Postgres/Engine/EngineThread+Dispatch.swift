import CPq
import ServerRuntime

extension EngineThread {
    /// Sends, lends and opens what the pool decides.
    func pump() {
        while let action = self.pool.next(at: self.now) {
            switch action {
            case .send(let call, let slot): self.send(call, slot)
            case .lease(let call, let slot): self.lend(call, slot)
            case .open(let slot): self.open(slot, attempt: 0)
            }
        }
        for connection in self.sending { connection.endSending() }
        self.sending.removeAll(keepingCapacity: true)
    }

    private func send(_ call: PGCall, _ slot: Int) {
        guard let connection = self.connection(slot), let group = call.group else { return }
        if connection.beginSending() { self.sending.append(connection) }
        self.begin(call, group, connection)
    }

    /// Sends a group of statements on a connection.
    func begin(_ call: PGCall, _ group: StatementGroup, _ connection: PGConnection) {
        guard connection.begin(call, group) else {
            let error = PostgresError(.connectionLost, connection.message, mayHaveBeenApplied: true)
            self.lost(connection, error)
            // It may not have come so far as to be in flight.
            return self.end(call, error)
        }
        if connection.unfinishedGroup != nil {
            connection.wantsToWrite = true
            self.updatePause(connection)
        }
        if !connection.watch(self.poller) { self.lost(connection) }
    }

    /// Whether anything else may be sent on a shared connection.
    ///
    /// Not into the middle of a group, and not while a cancel request could strike it.
    func updatePause(_ connection: PGConnection) {
        guard connection.use == .shared else { return }
        self.pool.paused(connection.slot, connection.isCancelling || connection.unfinishedGroup != nil)
    }

    // MARK: - Events of an open connection

    func readable(_ connection: PGConnection) {
        let isLong = connection.noteRead()
        let isRead = PQconsumeInput(connection.raw) == 1
        if isLong { connection.noteBytes() }
        connection.collectNotifications()
        self.process(connection)
        guard let current = self.connection(connection.slot), current === connection else { return }
        guard isRead, connection.isOpen else { return self.lost(connection) }
        self.deliverNotifications(connection)
        if connection.headBytes > self.configuration.answerBytesMax { self.answerTooLong(connection) }
        // A server that waits for us to read has room again.
        if connection.wantsToWrite { self.writable(connection) }
    }

    func writable(_ connection: PGConnection) {
        if let (call, group) = connection.unfinishedGroup {
            guard connection.proceed(call, group) else { return self.lost(connection) }
            if connection.unfinishedGroup != nil {
                // More of the group is to be sent as soon as the socket takes it.
                connection.wantsToWrite = true
            } else {
                self.updatePause(connection)
            }
        } else {
            guard connection.flush() else { return self.lost(connection) }
            if !connection.wantsToWrite { self.copyInFlushed(connection) }
        }
        if !connection.watch(self.poller) { self.lost(connection) }
    }

    /// Takes what libpq has parsed.
    func process(_ connection: PGConnection) {
        switch connection.activity {
        case .pipeline: self.processPipeline(connection)
        case .script(let call, let answer): self.processScript(connection, call, answer)
        case .rows(let stream): self.processRows(connection, stream)
        case .copyIn(let copy): self.processCopyIn(connection, copy)
        case .copyOut(let copy): self.processCopyOut(connection, copy)
        }
    }

    private func processPipeline(_ connection: PGConnection) {
        while let call = connection.inFlight.first, PQisBusy(connection.raw) == 0 {
            let raw = PQgetResult(connection.raw)
            let part = Self.part(raw.map { PQresultStatus($0) })
            let action = call.progress?.answer.received(part) ?? .giveUp
            if action == .keep, call.countsOnly {
                // One of many: an object for each would cost more than the rest.
                call.progress?.affectedRows += PGResultHandle.takeAffectedRows(raw)
                continue
            }
            let result = raw.map { PGResultHandle(takingOwnershipOf: $0) }
            switch action {
            case .drop: break
            case .wait: return
            case .keep: self.keep(result, call)
            case .fail: call.progress?.failure = self.error(result, connection)
            case .finish: self.finish(call, connection)
            case .giveUp:
                let reason =
                    part == .copy
                    ? "COPY is not a query; use copyIn or copyOut" : "libpq and the driver are out of step"
                self.end(call, PostgresError(.invalidQuery, reason, mayHaveBeenApplied: part != .copy))
                return self.lost(connection)
            }
            if part == .error, !connection.isOpen { return }
        }
    }

    private static func part(_ status: ExecStatusType?) -> PipelineAnswer.Part {
        switch status {
        case nil: .separator
        case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: .rows
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .command
        case PGRES_PIPELINE_SYNC: .sync
        case PGRES_PIPELINE_ABORTED: .aborted
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: .copy
        default: .error
        }
    }

    private func keep(_ result: PGResultHandle?, _ call: PGCall) {
        guard let result, let group = call.group else { return }
        if result.rowCount > group.rowsMax, call.progress?.failure == nil {
            let message = "the answer has more than \(group.rowsMax) rows"
            call.progress?.failure = PostgresError(.tooManyRows, message, mayHaveBeenApplied: true)
        }
        call.progress?.results.append(result)
    }

    /// The error of a result; one without SQLSTATE was made by libpq, when the connection broke.
    func error(_ result: PGResultHandle?, _ connection: PGConnection) -> PostgresError {
        let fields = result?.serverFields ?? PostgresError.ServerFields()
        guard !fields.sqlState.isEmpty else {
            let message = result?.errorMessage ?? connection.message
            return PostgresError(.connectionLost, message, mayHaveBeenApplied: true)
        }
        var error = PostgresError(server: fields)
        // The server ended the session, which can also fall between the commit and its answer.
        error.mayHaveBeenApplied = fields.severity == "FATAL" || fields.severity == "PANIC"
        if fields.sqlState == "0A000", fields.routine == "RevalidateCachedQuery" { error.isStalePlan = true }
        return error
    }

    /// A group is answered up to its sync.
    private func finish(_ call: PGCall, _ connection: PGConnection) {
        connection.inFlight.popFirst()
        connection.headReads = 0
        connection.headBytes = 0
        connection.graceLimit = nil
        if connection.use == .shared { self.pool.answered(connection.slot, at: self.now) }
        self.conclude(call, connection)
        if connection.use == .shared, connection.inFlight.isEmpty, connection.isInTransaction {
            let message = "a statement began a transaction on a shared connection"
            return self.lost(connection, PostgresError(.connectionLost, message))
        }
        self.attendAbandoned(connection)
        if connection.use != .shared, connection.inFlight.isEmpty { self.beginPending(connection) }
    }

    private func conclude(_ call: PGCall, _ connection: PGConnection) {
        guard let progress = call.progress, let group = call.group else { return }
        self.updateCache(connection, progress, group)
        guard let failure = progress.failure else { return self.end(call, Self.outcome(progress, group)) }
        guard self.mayRepeat(call, failure, progress, connection) else { return self.end(call, failure) }
        call.isRepeated = true
        self.engine.metrics.repeatedStatement()
        call.progress = nil
        if connection.use == .shared {
            self.pool.returnedToFront(call)
        } else {
            connection.pending.prepend(call)
        }
    }

    private static func outcome(_ progress: PGCall.Progress, _ group: StatementGroup) -> CallOutcome {
        switch group.body {
        case .one:
            progress.results.first.map { .result($0) }
                ?? .failure(CallFailure(PostgresError(.connectionLost, "an answer without a result")))
        case .several: .results(progress.results)
        case .repeated: .count(progress.affectedRows)
        }
    }

    private func updateCache(_ connection: PGConnection, _ progress: PGCall.Progress, _ group: StatementGroup) {
        guard let name = progress.statement, let sql = group.preparedText else { return }
        if progress.isNewStatement, !progress.answer.hasPrepared {
            connection.cache.remove(sql, name: name)
        } else if progress.failure?.sqlState == "26000" {
            connection.cache.remove(sql, name: name)
        } else if progress.failure?.isStalePlan == true {
            connection.cache.forget(sql)
        }
    }

    /// Whether a failed group certainly did nothing and is likely to succeed when sent again.
    private func mayRepeat(
        _ call: PGCall,
        _ failure: PostgresError,
        _ progress: PGCall.Progress,
        _ connection: PGConnection
    ) -> Bool {
        guard call.isLive, !call.isInternal, !call.isRepeated else { return false }
        // Inside a transaction the failure has ended that. Of a shared connection libpq cannot tell while more is in flight.
        guard connection.use == .shared || PQtransactionStatus(connection.raw) == PQTRANS_IDLE else { return false }
        switch failure.sqlState {
        // The cancel request was meant for another one.
        case "57014": return progress.mayBeStruck
        // The session lost its prepared statements, or the call ahead failed to prepare this one.
        case "26000": return progress.statement != nil
        default: return failure.isStalePlan && progress.statement != nil
        }
    }

    private func answerTooLong(_ connection: PGConnection) {
        connection.headBytes = 0
        let call = connection.inFlight.first
        guard let call, call.isLive, !call.isInternal else { return }
        let message = "the answer has more than \(self.configuration.answerBytesMax) bytes"
        self.end(call, PostgresError(.tooManyRows, message, mayHaveBeenApplied: true))
        self.requestCancel(connection)
    }
}

extension StatementGroup {
    /// The text that is prepared, if one is.
    var preparedText: String? {
        switch self.body {
        case .one(let query): query.sql
        case .repeated(let sql, _): sql
        case .several: nil
        }
    }
}

extension PGConnection {
    /// Answers are measured after so many reads: short ones cost nothing.
    private static let unmeasuredReads = 16

    /// Notes that the socket is about to be read; returns whether the answer is long by now.
    fileprivate func noteRead() -> Bool {
        guard case .pipeline = self.activity, !self.inFlight.isEmpty else { return false }
        self.headReads += 1
        guard self.headReads > Self.unmeasuredReads else { return false }
        self.readableBefore = cpq_shim_readable_bytes(PQsocket(self.raw))
        return true
    }

    /// Adds what was read just now, at least: more may have come in meanwhile, and libpq has room for 8 KiB always.
    fileprivate func noteBytes() {
        let left = cpq_shim_readable_bytes(PQsocket(self.raw))
        self.headBytes += Int(max(self.readableBefore - left, min(self.readableBefore, 8192)))
    }
}
