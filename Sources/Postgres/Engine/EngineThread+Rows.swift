import CPq
import ServerRuntime

/// Row streams in single-row mode.
extension EngineThread {
    func beginRows(_ connection: PGConnection, _ call: PGCall, _ query: PostgresQuery) {
        self.beginPlain(connection, call, .rows(RowStream(waiting: call))) { raw in
            let code = query.bound.withPQArguments { values in
                PQsendQueryParams(
                    raw,
                    query.sql,
                    values.count,
                    values.types,
                    values.values,
                    values.lengths,
                    values.formats,
                    PGConnection.resultFormat
                )
            }
            return code == 1 ? PQsetSingleRowMode(raw) : 0
        }
    }

    func nextRows(_ connection: PGConnection, _ stream: RowStream, _ call: PGCall) {
        guard stream.waiting == nil, !stream.isDropping else {
            return self.end(call, PostgresError(.transactionMisuse, "the rows are read by two tasks at once"))
        }
        stream.waiting = call
        self.processRows(connection, stream)
        if !connection.watch(self.poller) { self.lost(connection) }
    }

    func endRows(_ connection: PGConnection, _ stream: RowStream, _ call: PGCall, cancels: Bool) {
        if let waiting = stream.waiting {
            self.end(waiting, PostgresError(.transactionMisuse, "the stream was ended by another task"))
        }
        stream.waiting = call
        stream.drop(cancels: cancels)
        connection.isReadingPaused = false
        self.processRows(connection, stream)
        self.attendAbandoned(connection)
        if !connection.watch(self.poller) { self.lost(connection) }
    }

    /// Takes rows until there are none or no room, and hands over what there is.
    func processRows(_ connection: PGConnection, _ stream: RowStream) {
        while !stream.isFinished, !stream.isFull, PQisBusy(connection.raw) == 0 {
            guard let raw = PQgetResult(connection.raw) else {
                stream.isFinished = true
                break
            }
            let result = PGResultHandle(takingOwnershipOf: raw)
            switch result.status {
            case PGRES_SINGLE_TUPLE: stream.append(result)
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                return self.lost(connection, PostgresError(.invalidQuery, "COPY is not a query; use copyIn or copyOut"))
            default:
                stream.failure = stream.failure ?? self.error(result, connection)
                if !connection.isOpen { stream.isFinished = true }
            }
        }
        self.deliver(connection, stream)
        guard case .rows = connection.activity else { return }
        // After the handing over: what comes next can be read while the consumer is busy with this.
        connection.isReadingPaused = stream.isFull
        _ = connection.watch(self.poller)
    }

    private func deliver(_ connection: PGConnection, _ stream: RowStream) {
        guard stream.hasNews else { return }
        if let call = stream.waiting {
            stream.waiting = nil
            if stream.isDropping {
                guard stream.isFinished else {
                    stream.waiting = call
                    return
                }
                self.end(call, .count(0))
            } else {
                switch stream.take() {
                case .success(let batch): self.end(call, .rows(batch))
                case .failure(let error): self.end(call, error)
                }
                // The error comes with the next call.
                if stream.failure != nil, !stream.isSpent { return }
            }
        } else if !stream.isDropping {
            return
        }
        if stream.isFinished { self.endActivity(connection) }
    }
}
