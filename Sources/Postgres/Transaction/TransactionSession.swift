import ServerRuntime
import Synchronization

/// The connection of one transaction, and who may use it now.
///
/// BEGIN goes out together with the first statement, which saves a round trip.
final class TransactionSession: Sendable {
    private enum Phase {
        case open
        /// A statement is under way.
        case busy
        /// The body has ended; COMMIT or ROLLBACK is under way or done.
        case ended
        /// The body ended while a statement of it was still under way.
        case abandoned
    }

    private struct State {
        var phase = Phase.open
        /// BEGIN, until it is sent.
        var begin: String?
    }

    private static let rollbackTimeout: Duration = .seconds(5)
    let session: PostgresSession
    private let limits: CallLimits
    private let state: Mutex<State>

    init(_ session: PostgresSession, begin: String, limits: CallLimits) {
        self.session = session
        self.limits = limits
        self.state = Mutex(State(begin: begin))
    }

    /// The bounds of a statement: those that were asked for, within those of the transaction.
    func limits(_ deadline: Deadline?, _ rowsMax: Int?) -> CallLimits {
        var limits = self.limits
        limits.deadline = min(deadline ?? limits.deadline, limits.deadline)
        limits.rowsMax = rowsMax ?? limits.rowsMax
        return limits
    }

    /// Runs one statement of the body.
    nonisolated(nonsending) func run(
        _ query: PostgresQuery,
        deadline: Deadline?,
        rowsMax: Int?
    ) async throws(PostgresError) -> PGResultHandle {
        // A COMMIT in the body would make the rest of it one transaction for each statement.
        try query.validateForSharing()
        let limits = self.limits(deadline, rowsMax)
        return try await self.claiming { session, begin throws(PostgresError) in
            try await session.run(query, after: begin, limits)
        }
    }

    /// Runs one statement that controls the transaction, such as SAVEPOINT.
    nonisolated(nonsending) func control(_ sql: String, ignoresCancellation: Bool = false) async throws(PostgresError) {
        var limits = self.limits
        limits.ignoresCancellation = ignoresCancellation
        _ = try await self.claiming { [limits] session, begin throws(PostgresError) in
            try await session.run(PostgresQuery(unsafeSQL: sql), after: begin, isPrepared: false, limits)
        }
    }

    /// Runs one statement with many sets of values.
    nonisolated(nonsending) func runMany(_ batch: PostgresBatch, deadline: Deadline?) async throws(PostgresError) -> Int
    {
        let limits = self.limits(deadline, nil)
        return try await self.claiming { session, begin throws(PostgresError) in
            try await session.runMany(batch, after: begin, limits)
        }
    }

    /// Runs a text of several statements.
    nonisolated(nonsending) func executeScript(_ sql: String) async throws(PostgresError) {
        try await self.sendBegin()
        let limits = self.limits
        try await self.claiming { session, _ throws(PostgresError) in try await session.runScript(sql, limits) }
    }

    /// Sends BEGIN by itself, for what cannot be sent together with it.
    nonisolated(nonsending) func sendBegin() async throws(PostgresError) {
        guard let begin = self.state.withLock({ $0.begin.take() }) else { return }
        try await self.control(begin)
    }

    /// Ends the body's use of the connection.
    ///
    /// - Throws: `.transactionMisuse` when a statement is still under way.
    func endBody() throws(PostgresError) {
        let isAbandoned = self.state.withLock { state in
            state.phase = state.phase == .busy ? .abandoned : .ended
            return state.phase == .abandoned
        }
        guard !isAbandoned else {
            throw PostgresError(.transactionMisuse, "the body returned while a statement of it was under way")
        }
    }

    /// Commits.
    ///
    /// Not ended by cancellation, only by the deadline.
    ///
    /// - Throws: `.commitUncertain` when COMMIT was sent and its outcome is unknown; after any other error the
    ///   transaction is undone.
    nonisolated(nonsending) func commit() async throws(PostgresError) {
        // Without a statement nothing has begun.
        guard self.state.withLock({ $0.begin }) == nil else { return }
        var limits = self.limits
        limits.ignoresCancellation = true
        let result: PGResultHandle
        do {
            result = try await self.session.run("COMMIT", isPrepared: false, limits)
        } catch {
            guard error.mayHaveBeenApplied else { throw error }
            let message = "COMMIT was sent and its outcome is unknown"
            throw PostgresError(.commitUncertain, message, cause: error, mayHaveBeenApplied: true)
        }
        guard result.commandTag == "COMMIT" else {
            throw PostgresError(.transactionAborted, "a statement failed before; COMMIT undid the transaction")
        }
    }

    /// Undoes the transaction.
    ///
    /// Also in a cancelled task and after the deadline.
    nonisolated(nonsending) func rollback() async {
        guard self.state.withLock({ $0.begin }) == nil else { return }
        let deadline = Deadline.after(Self.rollbackTimeout)
        let limits = CallLimits(deadline: deadline, rowsMax: 1, ignoresCancellation: true)
        // Without an answer the connection is cleaned or closed when it is given back.
        _ = try? await self.session.run("ROLLBACK", isPrepared: false, limits)
    }

    /// Has the connection until `endExclusive()`.
    func beginExclusive() throws(PostgresError) -> PostgresSession {
        try self.claim()
        return self.session
    }

    func endExclusive() {
        self.state.withLock { state in
            if state.phase == .busy { state.phase = .open }
        }
    }

    /// Returns BEGIN when that has not been sent.
    @discardableResult private func claim() throws(PostgresError) -> String? {
        let (found, begin) = self.state.withLock { state -> (Phase, String?) in
            guard state.phase == .open else { return (state.phase, nil) }
            state.phase = .busy
            return (.open, state.begin.take())
        }
        guard found == .open else {
            let reason = found == .busy ? "by two tasks at once" : "after its end"
            throw PostgresError(.transactionMisuse, "the transaction was used \(reason)")
        }
        return begin
    }

    /// Has the connection for one statement; what that changed is undone with the transaction, so no error of it may have
    /// been applied.
    nonisolated(nonsending) func claiming<Result: Sendable>(
        _ body: (PostgresSession, _ begin: String?) async throws(PostgresError) -> Result
    ) async throws(PostgresError) -> Result {
        let begin = try self.claim()
        defer { self.endExclusive() }
        do {
            return try await body(self.session, begin)
        } catch {
            var error = error
            error.mayHaveBeenApplied = false
            throw error
        }
    }
}
