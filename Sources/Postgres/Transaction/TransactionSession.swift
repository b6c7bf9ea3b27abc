import ServerRuntime
import Synchronization

/// The connection of one transaction, and who may use it now.
final class TransactionSession: Sendable {
    private enum State {
        case open
        /// A statement is under way.
        case busy
        /// The body has ended; COMMIT or ROLLBACK is under way or done.
        case ended
        /// The body ended while a statement of it was still under way: its task has to dispose of the connection.
        case abandoned
    }

    private static let rollbackTimeout: Duration = .seconds(5)
    private let connection: PGConnection
    private let pool: ConnectionPool
    private let limits: PGConnection.Limits
    private let state = Mutex(State.open)

    init(connection: PGConnection, pool: ConnectionPool, limits: PGConnection.Limits) {
        self.connection = connection
        self.pool = pool
        self.limits = limits
    }

    /// Runs one statement of the body.
    ///
    /// What it changed is undone with the transaction, so no error of it may have been applied.
    func execute(
        _ query: PostgresQuery,
        deadline: Deadline?,
        rowsMax: Int?
    ) async throws(PostgresError) -> PostgresAnswer {
        var limits = self.limits
        limits.deadline = min(deadline ?? limits.deadline, limits.deadline)
        limits.rowsMax = rowsMax ?? limits.rowsMax
        return try await self.claiming { [limits] connection throws(PostgresError) in
            try await connection.execute(query, limits)
        }
    }

    /// Runs a text of several statements.
    func executeScript(_ sql: String) async throws(PostgresError) {
        let limits = self.limits
        _ = try await self.claiming { connection throws(PostgresError) in
            try await connection.executeScript(sql, limits)
        }
    }

    /// Ends the body's use of the connection.
    ///
    /// - Throws: `.transactionMisuse` when a statement is still under way; the connection is then closed after it.
    func endBody() throws(PostgresError) {
        let isAbandoned = self.state.withLock { state in
            state = state == .busy ? .abandoned : .ended
            return state == .abandoned
        }
        guard !isAbandoned else {
            throw PostgresError(.transactionMisuse, "the body returned while a statement of it was under way")
        }
    }

    /// Commits and gives the connection back.
    ///
    /// Not ended by cancellation, only by the deadline.
    ///
    /// - Throws: `.commitUncertain` when COMMIT was sent and its outcome is unknown; after any other error the
    ///   transaction is undone.
    func commit() async throws(PostgresError) {
        var limits = self.limits
        limits.ignoresCancellation = true
        let answer: PostgresAnswer
        do {
            answer = try await self.connection.execute("COMMIT", limits)
        } catch {
            await self.rollback()
            guard error.mayHaveBeenApplied else { throw error }
            let message = "COMMIT was sent and its outcome is unknown"
            throw PostgresError(.commitUncertain, message, cause: error, mayHaveBeenApplied: true)
        }
        self.pool.giveBack(self.connection)
        guard answer.commandTag == "COMMIT" else {
            throw PostgresError(.transactionAborted, "a statement failed before; COMMIT undid the transaction")
        }
    }

    /// Undoes the transaction and gives the connection back.
    ///
    /// Also in a cancelled task and after the deadline.
    func rollback() async {
        if self.connection.isOpen, !self.connection.isIdle {
            let limits = PGConnection.Limits(
                deadline: .after(Self.rollbackTimeout),
                rowsMax: 1,
                ignoresCancellation: true
            )
            do {
                _ = try await self.connection.execute("ROLLBACK", limits)
            } catch {
                // The server undoes the transaction when the connection goes.
                self.connection.close()
            }
        }
        self.pool.giveBack(self.connection)
    }

    private func claiming(
        _ body: (PGConnection) async throws(PostgresError) -> PostgresAnswer
    ) async throws(PostgresError) -> PostgresAnswer {
        let found = self.state.withLock { state in
            defer { if state == .open { state = .busy } }
            return state
        }
        guard found == .open else {
            let reason = found == .busy ? "by two tasks at once" : "after its end"
            throw PostgresError(.transactionMisuse, "the transaction was used \(reason)")
        }
        defer { self.release() }
        do {
            return try await body(self.connection)
        } catch {
            var error = error
            error.mayHaveBeenApplied = false
            throw error
        }
    }

    private func release() {
        let isAbandoned = self.state.withLock { state in
            if state == .busy { state = .open }
            return state == .abandoned
        }
        if isAbandoned {
            self.connection.close()
            self.pool.giveBack(self.connection)
        }
    }
}
