import CPq
import ServerRuntime

/// COPY FROM STDIN and COPY TO STDOUT.
extension EngineThread {
    // MARK: - In

    func copyIn(_ connection: PGConnection, _ copy: CopyInState, _ call: PGCall, _ bytes: [UInt8]) {
        guard copy.waiting == nil, case .open = copy.phase else { return self.end(call, Self.copyMisuse) }
        guard let count = Int32(exactly: bytes.count) else {
            return self.end(call, PostgresError(.invalidQuery, "more than 2 GiB at once"))
        }
        let code = bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { PQputCopyData(connection.raw, $0.baseAddress, count) }
        }
        copy.waiting = call
        guard code == 1, connection.flush() else { return self.lost(connection) }
        if !connection.wantsToWrite { self.copyInFlushed(connection) }
        if !connection.watch(self.poller) { self.lost(connection) }
    }

    /// The system has taken all bytes of a COPY: the next ones may come.
    func copyInFlushed(_ connection: PGConnection) {
        guard case .copyIn(let copy) = connection.activity, case .open = copy.phase, let call = copy.waiting else {
            return
        }
        copy.waiting = nil
        self.end(call, .count(0))
    }

    func endCopyIn(_ connection: PGConnection, _ copy: CopyInState, _ call: PGCall, _ failure: String?) {
        guard copy.waiting == nil, case .open = copy.phase else { return self.end(call, Self.copyMisuse) }
        copy.waiting = call
        self.finishCopyIn(connection, copy, failure)
    }

    /// Has the server undo a COPY that nobody goes on with.
    func failCopyIn(_ connection: PGConnection, _ copy: CopyInState, _ reason: String) {
        guard case .open = copy.phase else { return }
        self.finishCopyIn(connection, copy, reason)
    }

    private func finishCopyIn(_ connection: PGConnection, _ copy: CopyInState, _ failure: String?) {
        copy.phase = .ending
        guard PQputCopyEnd(connection.raw, failure) == 1, connection.flush(), connection.watch(self.poller) else {
            return self.lost(connection)
        }
        // A server that refused a row has answered already: what was read then causes no event any more.
        self.processCopyIn(connection, copy)
    }

    func processCopyIn(_ connection: PGConnection, _ copy: CopyInState) {
        // While the server takes data libpq would answer "COPY IN" again and again.
        if case .open = copy.phase { return }
        while PQisBusy(connection.raw) == 0 {
            guard let raw = PQgetResult(connection.raw) else {
                let call = copy.waiting.take()
                if let call { self.end(call, Self.outcome(copy.failure, .count(copy.affectedRows))) }
                return self.endActivity(connection)
            }
            let result = PGResultHandle(takingOwnershipOf: raw)
            switch result.status {
            case PGRES_COPY_IN:
                copy.phase = .open
                let call = copy.waiting.take()
                // Nobody is left to go on with it.
                guard let call, call.isLive else { return self.failCopyIn(connection, copy, "the client gave up") }
                return self.end(call, .copyBegan(result.copyStart))
            case PGRES_COMMAND_OK: copy.affectedRows = result.affectedRows
            case PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: copy.failure = Self.noCopy
            default:
                copy.failure = copy.failure ?? self.error(result, connection)
                if !connection.isOpen { return }
            }
        }
    }

    // MARK: - Out

    func nextCopyOut(_ connection: PGConnection, _ copy: CopyOutState, _ call: PGCall) {
        guard copy.waiting == nil, !copy.isDropping else { return self.end(call, Self.copyMisuse) }
        copy.waiting = call
        self.processCopyOut(connection, copy)
    }

    func endCopyOut(_ connection: PGConnection, _ copy: CopyOutState, _ call: PGCall) {
        guard copy.waiting == nil else { return self.end(call, Self.copyMisuse) }
        copy.waiting = call
        copy.drop()
        self.processCopyOut(connection, copy)
        self.attendAbandoned(connection)
    }

    func processCopyOut(_ connection: PGConnection, _ copy: CopyOutState) {
        if !copy.hasBegun, !self.beginCopyOut(connection, copy) { return }
        while !copy.isFinished, !copy.isFull {
            var buffer: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(connection.raw, &buffer, 1)
            if let buffer {
                copy.append(UnsafeRawBufferPointer(start: buffer, count: Int(max(count, 0))))
                PQfreemem(buffer)
            }
            if count > 0 { continue }
            // 0: nothing yet; below: the end or an error, which a result tells.
            if count == 0 || !self.readCopyResults(connection, copy) { break }
        }
        self.deliver(connection, copy)
        guard case .copyOut = connection.activity else { return }
        // After the handing over: what comes next can be read while the consumer is busy with this.
        connection.isReadingPaused = copy.isFull
        _ = connection.watch(self.poller)
    }

    private func beginCopyOut(_ connection: PGConnection, _ copy: CopyOutState) -> Bool {
        guard PQisBusy(connection.raw) == 0 else { return false }
        let result = PQgetResult(connection.raw).map { PGResultHandle(takingOwnershipOf: $0) }
        copy.hasBegun = true
        guard let result, result.status == PGRES_COPY_OUT else {
            let isError = result.map { $0.status == PGRES_FATAL_ERROR } ?? true
            copy.failure = isError ? self.error(result, connection) : Self.noCopy
            if self.readCopyResults(connection, copy) { self.deliver(connection, copy) }
            return false
        }
        if let call = copy.waiting, !copy.isDropping {
            copy.waiting = nil
            self.end(call, .copyBegan(result.copyStart))
        }
        return true
    }

    /// Reads what follows the data; returns whether the end is reached.
    private func readCopyResults(_ connection: PGConnection, _ copy: CopyOutState) -> Bool {
        while PQisBusy(connection.raw) == 0 {
            guard let raw = PQgetResult(connection.raw) else {
                copy.isFinished = true
                return true
            }
            let result = PGResultHandle(takingOwnershipOf: raw)
            guard result.status != PGRES_COMMAND_OK else { continue }
            copy.failure = copy.failure ?? self.error(result, connection)
            if !connection.isOpen { copy.isFinished = true }
            if copy.isFinished { return true }
        }
        return false
    }

    private func deliver(_ connection: PGConnection, _ copy: CopyOutState) {
        guard copy.hasNews else { return }
        // More has come already: one hand-over of much costs less than many of little.
        if copy.isSmall, !copy.isFinished, cpq_shim_readable_bytes(PQsocket(connection.raw)) > 0 { return }
        if let call = copy.waiting {
            if copy.isDropping {
                guard copy.isFinished else { return }
                copy.waiting = nil
                self.end(call, .count(0))
            } else {
                copy.waiting = nil
                switch copy.take() {
                case .success(let chunk): self.end(call, .copied(chunk))
                case .failure(let error): self.end(call, error)
                }
                if copy.failure != nil, !copy.isSpent { return }
            }
        } else if !copy.isDropping {
            return
        }
        if copy.isFinished { self.endActivity(connection) }
    }

    private static func outcome(_ failure: PostgresError?, _ outcome: CallOutcome) -> CallOutcome {
        failure.map { .failure(CallFailure($0)) } ?? outcome
    }

    private static var copyMisuse: PostgresError {
        PostgresError(.transactionMisuse, "the COPY is used by two tasks at once, or after its end")
    }

    private static var noCopy: PostgresError {
        PostgresError(.invalidQuery, "the statement is no COPY of this direction")
    }
}
