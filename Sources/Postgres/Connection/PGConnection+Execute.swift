import CPq
import ServerRuntime

extension PGConnection {
    /// The bounds of one statement.
    struct Limits: Sendable {
        var deadline: Deadline
        var rowsMax: Int
        /// True for COMMIT, and for the clean-up that has to happen in a cancelled task as well.
        var ignoresCancellation = false
    }

    /// Sends one statement with its parameters and reads the whole answer.
    ///
    /// After an error of the server the connection can be used again (see `isOpen`); after every other error it is
    /// closed.
    func execute(_ query: PostgresQuery, _ limits: Limits) async throws(PostgresError) -> PostgresAnswer {
        guard query.parameters.count <= Int(UInt16.max) else {
            throw PostgresError(.invalidQuery, "\(query.parameters.count) parameters; 65535 are allowed")
        }
        let raw = try self.prepareToSend(query.sql, limits)
        guard self.send(query, raw) == 1 else { throw self.lost(mayHaveBeenApplied: false) }
        // Row by row, so that the bound holds before libpq has put the whole answer into memory.
        PQsetSingleRowMode(raw)
        return try await self.readAnswer(raw, limits)
    }

    /// Sends a text of one or more statements without parameters, which the server runs as one transaction.
    func executeScript(_ sql: String, _ limits: Limits) async throws(PostgresError) -> PostgresAnswer {
        let raw = try self.prepareToSend(sql, limits)
        guard PQsendQuery(raw, sql) == 1 else { throw self.lost(mayHaveBeenApplied: false) }
        PQsetSingleRowMode(raw)
        return try await self.readAnswer(raw, limits)
    }

    private func prepareToSend(_ sql: String, _ limits: Limits) throws(PostgresError) -> OpaquePointer {
        if !limits.ignoresCancellation, Task.isCancelled {
            throw PostgresError(.cancelled, "cancelled before the statement was sent")
        }
        guard !limits.deadline.hasPassed else {
            throw PostgresError(.timeout, "the deadline passed before the statement was sent")
        }
        guard !sql.utf8.contains(0) else { throw PostgresError(.invalidQuery, "the text has a zero byte") }
        guard let raw else { throw PostgresError(.connectionLost, "the connection is closed") }
        return raw
    }

    private func send(_ query: PostgresQuery, _ raw: OpaquePointer) -> Int32 {
        let parameters = query.parameters
        let types = parameters.map { Oid($0.type.oid) }
        let lengths = parameters.map { Int32(clamping: $0.bytes?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: parameters.count)
        var flat: [UInt8] = []
        flat.reserveCapacity(parameters.reduce(1) { $0 + ($1.bytes?.count ?? 0) })
        var offsets: [Int?] = []
        for parameter in parameters {
            offsets.append(parameter.bytes == nil ? nil : flat.count)
            flat.append(contentsOf: parameter.bytes ?? [])
        }
        flat.append(0)  // gives an empty value at the end an address inside the buffer
        return flat.withUnsafeBufferPointer { buffer in
            let base = UnsafeRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } }
            return PQsendQueryParams(raw, query.sql, Int32(parameters.count), types, values, lengths, formats, 0)
        }
    }

    /// Flushes what was sent and reads results up to the end of the answer.
    private func readAnswer(_ raw: OpaquePointer, _ limits: Limits) async throws(PostgresError) -> PostgresAnswer {
        try await self.flush(raw, limits)
        var answer = PostgresAnswer()
        var columns: PostgresColumns?
        var failure: PostgresError?
        while true {
            while PQisBusy(raw) == 1 {
                try await self.wait(raw, for: .read, limits)
                guard PQconsumeInput(raw) == 1 else { throw self.failedRead(raw, failure) }
            }
            guard let pointer = PQgetResult(raw) else { break }
            let result = PGResultHandle(takingOwnershipOf: pointer)
            switch result.status {
            case PGRES_SINGLE_TUPLE:
                let shared = columns ?? result.columns
                columns = shared
                guard answer.rows.count < limits.rowsMax else {
                    self.abandon()
                    let message = "the answer has more than \(limits.rowsMax) rows"
                    throw PostgresError(.tooManyRows, message, mayHaveBeenApplied: true)
                }
                answer.rows.append(result.row(0, columns: shared))
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                answer.affectedRows = result.affectedRows
                answer.commandTag = result.commandTag
                columns = nil
            case PGRES_EMPTY_QUERY, PGRES_NONFATAL_ERROR:
                break
            case PGRES_FATAL_ERROR:
                failure = failure ?? self.serverError(result.serverFields, raw)
            default:
                self.abandon()
                throw PostgresError(.invalidQuery, "COPY is not a query")
            }
        }
        if PQstatus(raw) != CONNECTION_OK { throw self.failedRead(raw, failure) }
        if let failure { throw failure }
        return answer
    }

    /// The error of a result.
    ///
    /// One without SQLSTATE was made by libpq, when the connection broke.
    private func serverError(_ fields: PostgresError.ServerFields, _ raw: OpaquePointer) -> PostgresError {
        guard !fields.sqlState.isEmpty else {
            return PostgresError(.connectionLost, Self.message(of: raw), mayHaveBeenApplied: true)
        }
        var error = PostgresError(server: fields)
        // The server ended the session, which can also fall between the commit and its answer.
        error.mayHaveBeenApplied = fields.severity == "FATAL" || fields.severity == "PANIC"
        return error
    }

    private func failedRead(_ raw: OpaquePointer, _ failure: PostgresError?) -> PostgresError {
        let lost = self.lost(mayHaveBeenApplied: true)
        return failure ?? lost
    }

    private func flush(_ raw: OpaquePointer, _ limits: Limits) async throws(PostgresError) {
        while true {
            switch PQflush(raw) {
            case 0: return
            case 1:
                try await self.wait(raw, for: [.read, .write], limits)
                // The server may stop reading until we have read what it sends.
                guard PQconsumeInput(raw) == 1 else { throw self.lost(mayHaveBeenApplied: true) }
            default: throw self.lost(mayHaveBeenApplied: true)
            }
        }
    }

    private func wait(
        _ raw: OpaquePointer,
        for interest: SocketInterest,
        _ limits: Limits
    ) async throws(PostgresError) {
        let outcome = await self.reactor.wait(
            PQsocket(raw),
            for: interest,
            deadline: limits.deadline,
            ignoresCancellation: limits.ignoresCancellation
        )
        guard outcome != .ready else { return }
        self.abandon()
        throw Self.error(outcome, "waiting for the answer", mayHaveBeenApplied: true)
    }
}
