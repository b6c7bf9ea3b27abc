import CPq
import ServerRuntime

/// Connections that one user has for himself.
extension EngineThread {
    /// How long cleaning a connection for the next user may take; then it is closed.
    private static let cleaningMax = Duration.seconds(5)

    func lend(_ call: PGCall, _ slot: Int) {
        guard let connection = self.connection(slot) else { return }
        let number = self.makeNumber()
        connection.use = .leased(number: number)
        self.end(call, .lease(LeaseID(slot: slot, number: number)))
    }

    /// The connection of a lease; `nil` when it was lost or given back.
    private func connection(of lease: LeaseID) -> PGConnection? {
        guard let connection = self.connection(lease.slot), connection.use == .leased(number: lease.number) else {
            return nil
        }
        return connection
    }

    // MARK: - Work

    /// A user asks something of its connection.
    func arrived(_ call: PGCall, _ lease: LeaseID, _ work: SessionWork) {
        guard let connection = self.connection(of: lease) else {
            return self.end(call, PostgresError(.connectionLost, "the connection of this session is gone"))
        }
        switch (work, connection.activity) {
        case (.nextRows, .rows(let stream)): self.nextRows(connection, stream, call)
        case (.endRows(let cancels), .rows(let stream)): self.endRows(connection, stream, call, cancels: cancels)
        case (.copyIn(let bytes), .copyIn(let copy)): self.copyIn(connection, copy, call, bytes)
        case (.endCopyIn(let failure), .copyIn(let copy)): self.endCopyIn(connection, copy, call, failure)
        case (.nextCopyOut, .copyOut(let copy)): self.nextCopyOut(connection, copy, call)
        case (.endCopyOut, .copyOut(let copy)): self.endCopyOut(connection, copy, call)
        case (.endRows, _), (.endCopyOut, _): self.end(call, .count(0))
        case (.nextRows, _), (.copyIn, _), (.endCopyIn, _), (.nextCopyOut, _):
            self.end(call, PostgresError(.transactionMisuse, "there is no such stream under way on this connection"))
        case (.notifications, _): self.listen(connection, call)
        case (.statements, _), (.script, _), (.beginRows, _), (.beginCopyIn, _), (.beginCopyOut, _):
            connection.pending.append(call)
            self.beginPending(connection)
        }
    }

    /// Begins what waits on a connection that is not shared, when nothing is under way.
    func beginPending(_ connection: PGConnection) {
        guard connection.isQuiet else { return }
        if case .returning = connection.use { return self.clean(connection) }
        while let call = connection.pending.popFirst() {
            guard call.isLive else { continue }
            guard case .session(_, let work) = call.work else { continue }
            switch work {
            case .statements(let group): self.begin(call, group, connection)
            case .script(let sql):
                self.beginPlain(connection, call, .script(call, ScriptAnswer())) { PQsendQuery($0, sql) }
            case .beginCopyIn(let sql):
                self.beginPlain(connection, call, .copyIn(CopyInState(waiting: call))) { PQsendQuery($0, sql) }
            case .beginCopyOut(let sql):
                self.beginPlain(connection, call, .copyOut(CopyOutState(waiting: call))) { PQsendQuery($0, sql) }
            case .beginRows(let query): self.beginRows(connection, call, query)
            case .nextRows, .endRows, .copyIn, .endCopyIn, .nextCopyOut, .endCopyOut, .notifications: continue
            }
            return
        }
    }

    /// Leaves pipeline mode and sends what does not go with it.
    func beginPlain(
        _ connection: PGConnection,
        _ call: PGCall,
        _ activity: PGConnection.Activity,
        _ send: (OpaquePointer) -> Int32
    ) {
        let isSent = PQexitPipelineMode(connection.raw) == 1 && send(connection.raw) == 1
        connection.activity = activity
        guard isSent, connection.flush(), connection.watch(self.poller) else { return self.lost(connection) }
    }

    /// An activity has ended: back to pipeline mode.
    func endActivity(_ connection: PGConnection) {
        connection.activity = .pipeline
        connection.isReadingPaused = false
        connection.graceLimit = nil
        connection.cancelAt = nil
        guard PQenterPipelineMode(connection.raw) == 1, connection.watch(self.poller) else {
            return self.lost(connection)
        }
        self.beginPending(connection)
    }

    func processScript(_ connection: PGConnection, _ call: PGCall, _ answer: ScriptAnswer) {
        while PQisBusy(connection.raw) == 0 {
            guard let raw = PQgetResult(connection.raw) else {
                self.end(call, answer.failure.map { .failure(CallFailure($0)) } ?? .count(answer.affectedRows))
                return self.endActivity(connection)
            }
            let result = PGResultHandle(takingOwnershipOf: raw)
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: answer.affectedRows = result.affectedRows
            case PGRES_EMPTY_QUERY: break
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                self.end(call, PostgresError(.invalidQuery, "COPY is not a query; use copyIn or copyOut"))
                return self.lost(connection)
            default:
                answer.failure = answer.failure ?? self.error(result, connection)
                if !connection.isOpen { return self.end(call, answer.failure ?? self.error(nil, connection)) }
            }
        }
    }

    // MARK: - Notifications

    private func listen(_ connection: PGConnection, _ call: PGCall) {
        if let listener = connection.listener {
            self.end(listener, PostgresError(.transactionMisuse, "another task waits for notifications"))
        }
        connection.listener = call
        self.deliverNotifications(connection)
    }

    func deliverNotifications(_ connection: PGConnection) {
        guard !connection.notifications.isEmpty, let listener = connection.listener else { return }
        connection.listener = nil
        let batch = NotificationBatch(
            notifications: connection.notifications,
            droppedCount: connection.droppedNotifications
        )
        self.end(listener, .notifications(batch))
        connection.notifications = []
        connection.droppedNotifications = 0
    }

    // MARK: - Giving back

    /// The user is done; `resets` when the settings of the session must be undone.
    func returned(_ lease: LeaseID, resets: Bool) {
        guard let connection = self.connection(of: lease) else { return }
        let error = PostgresError(.transactionMisuse, "the connection was given back while a statement was under way")
        while let call = connection.pending.popFirst() { self.end(call, error) }
        if let listener = connection.listener { self.end(listener, error) }
        connection.listener = nil
        connection.notifications = []
        connection.droppedNotifications = 0
        for call in connection.inFlight { self.end(call, error) }
        if let call = connection.activityCall { self.end(call, error) }
        connection.use = .returning(resets: resets)
        self.abandonStream(connection)
        self.attendAbandoned(connection)
        self.beginPending(connection)
    }

    /// The user gave up, whatever is under way: the connection is closed.
    func abandoned(_ lease: LeaseID) {
        guard let connection = self.connection(of: lease) else { return }
        if !connection.isQuiet { self.sendCancelRequest(connection) }
        self.lost(connection, PostgresError(.connectionLost, "the session was given up", mayHaveBeenApplied: true))
    }

    /// One step of what makes a connection fit for the next user; called when nothing is under way.
    private func clean(_ connection: PGConnection) {
        guard case .returning(let resets) = connection.use else { return }
        switch PQtransactionStatus(connection.raw) {
        case PQTRANS_INTRANS, PQTRANS_INERROR:
            self.beginCleaning(connection, "ROLLBACK")
        case PQTRANS_IDLE where resets:
            connection.use = .returning(resets: false)
            connection.cache.clear()
            self.beginCleaning(connection, "DISCARD ALL")
        case PQTRANS_IDLE:
            connection.use = .shared
            self.pool.returned(connection.slot)
        default:
            self.lost(connection)
        }
    }

    private func beginCleaning(_ connection: PGConnection, _ sql: String) {
        let call = PGCall(internalStatement: sql, deadline: self.now + Self.cleaningMax)
        guard let group = call.group else { return }
        connection.graceLimit = call.deadline
        self.begin(call, group, connection)
    }

    /// What an unfinished stream still brings is dropped.
    private func abandonStream(_ connection: PGConnection) {
        switch connection.activity {
        case .pipeline, .script: break
        case .rows(let stream):
            stream.drop(cancels: true)
            self.process(connection)
        case .copyIn(let copy): self.failCopyIn(connection, copy, "the client gave up")
        case .copyOut(let copy):
            copy.drop()
            self.process(connection)
        }
        connection.isReadingPaused = false
        _ = connection.watch(self.poller)
    }
}
