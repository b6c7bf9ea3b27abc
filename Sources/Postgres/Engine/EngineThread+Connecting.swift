import CPq
import ServerRuntime

extension EngineThread {
    /// Begins to open a connection at `slot`.
    func open(_ slot: Int, attempt: Int) {
        let limit = self.now + self.configuration.connectTimeout
        let hosts = Self.rotated(self.configuration.hosts, by: attempt)
        if let resolved = HostResolver.withoutLookup(hosts) {
            return self.connect(slot, resolved, by: limit, attempt: attempt)
        }
        let opening = self.makeNumber()
        self.slots[slot] = .resolving(opening: opening, by: limit, attempt: attempt)
        // A look-up that outlives its time ends by the resolver's own, and its result is dropped.
        let isStarted = IOThread.start(name: "postgres-lookup") { [engine] in
            let result: Result<[ResolvedHost], PostgresError>
            do throws(PostgresError) {
                result = .success(try HostResolver.resolve(hosts))
            } catch {
                result = .failure(error)
            }
            engine.post(.resolved(opening: opening, result))
        }
        if !isStarted {
            self.openingFailed(slot, attempt, PostgresError(.connectionFailed, "no thread to look up a host name"))
        }
    }

    /// The hosts, beginning with another one at each try: libpq would wait for a first host that is silent up to
    /// `connectTimeout`, each time, and never come to the next.
    private static func rotated(_ hosts: [PostgresHost], by attempt: Int) -> [PostgresHost] {
        let start = attempt % max(1, hosts.count)
        return Array(hosts[start...] + hosts[..<start])
    }

    /// The addresses of an opening are known.
    func resolved(_ opening: UInt64, _ result: Result<[ResolvedHost], PostgresError>) {
        for (index, slot) in self.slots.enumerated() {
            guard case .resolving(opening, let limit, let attempt) = slot else { continue }
            switch result {
            case .success(let hosts): self.connect(index, hosts, by: limit, attempt: attempt)
            case .failure(let error): self.openingFailed(index, attempt, error)
            }
        }
    }

    private func connect(_ slot: Int, _ hosts: [ResolvedHost], by limit: Deadline, attempt: Int) {
        let options = ConnectOptions.make(self.configuration, hosts: hosts)
        guard let raw = ConnectOptions.start(options) else {
            let error = PostgresError(.connectionFailed, "libpq has no memory for a connection")
            return self.openingFailed(slot, attempt, error)
        }
        let id = self.makeNumber() << 16 | UInt64(truncatingIfNeeded: slot)
        let connection = PGConnection(
            takingOwnershipOf: raw,
            slot: slot,
            id: id,
            preparedStatementsMax: self.configuration.preparedStatementsMax
        )
        // Otherwise libpq prints notices to standard error.
        PQsetNoticeReceiver(raw, { _, _ in }, nil)
        self.slots[slot] = .connecting(connection, by: limit, attempt: attempt)
        guard PQstatus(raw) != CONNECTION_BAD, connection.watch(self.poller, for: .write) else {
            return self.openingFailed(slot, attempt, ConnectOptions.error(connection.message))
        }
    }

    /// The socket of a connection that is being opened has become ready.
    func advance(_ connection: PGConnection, by limit: Deadline, attempt: Int) {
        let isWatched: Bool
        switch PQconnectPoll(connection.raw) {
        case PGRES_POLLING_READING: isWatched = connection.watch(self.poller, for: .read)
        case PGRES_POLLING_WRITING: isWatched = connection.watch(self.poller, for: .write)
        case PGRES_POLLING_OK: return self.opened(connection, attempt)
        default: isWatched = false
        }
        if !isWatched { self.openingFailed(connection.slot, attempt, ConnectOptions.error(connection.message)) }
    }

    private func opened(_ connection: PGConnection, _ attempt: Int) {
        guard PQsetnonblocking(connection.raw, 1) == 0, PQenterPipelineMode(connection.raw) == 1,
            connection.watch(self.poller, for: .read)
        else {
            return self.openingFailed(connection.slot, attempt, ConnectOptions.error(connection.message))
        }
        self.lastFailure = nil
        self.slots[connection.slot] = .open(connection)
        self.pool.opened(connection.slot)
        self.engine.metrics.connected()
    }

    /// A try to open a connection failed.
    func openingFailed(_ slot: Int, _ attempt: Int, _ error: PostgresError) {
        self.lastFailure = error
        self.engine.noteFailedOpening(error, attempt: attempt)
        let isPermanent = error.code == .authenticationFailed
        if isPermanent {
            for call in self.pool.drainWaiters() { self.end(call, error) }
        }
        guard self.pool.openFailed(slot, isPermanent: isPermanent) else {
            self.slots[slot] = .empty
            return
        }
        let delay = self.configuration.reconnect.delay(attempt: attempt + 1)
        self.slots[slot] = .waiting(until: self.now + delay, attempt: attempt + 1)
    }

    /// The delay before another try is over.
    func openAgain(_ slot: Int, attempt: Int) {
        guard self.pool.waitingCount > 0 else {
            _ = self.pool.openFailed(slot, isPermanent: false)
            self.slots[slot] = .empty
            return
        }
        self.open(slot, attempt: attempt)
    }

    // MARK: - Losing

    /// The connection cannot be used any more: everything on it fails.
    func lost(_ connection: PGConnection, _ error: PostgresError? = nil) {
        guard let current = self.connection(connection.slot), current === connection else { return }
        let error = error ?? PostgresError(.connectionLost, connection.message, mayHaveBeenApplied: true)
        self.slots[connection.slot] = .empty
        self.pool.lost(connection.slot)
        self.failCalls(of: connection, error)
        self.engine.metrics.disconnected()
        // The last reference goes with the caller's: the socket closes then, and with it the watch.
        _ = connection.watch(self.poller, for: [])
    }

    /// Fails whatever is under way or waits on a connection.
    func failCalls(of connection: PGConnection, _ error: PostgresError) {
        while let call = connection.inFlight.popFirst() { self.end(call, call.progress?.failure ?? error) }
        if let call = connection.activityCall { self.end(call, error) }
        connection.activity = .pipeline
        var unsent = error
        unsent.mayHaveBeenApplied = false
        while let call = connection.pending.popFirst() { self.end(call, unsent) }
        if let listener = connection.listener { self.end(listener, unsent) }
        connection.listener = nil
    }
}
