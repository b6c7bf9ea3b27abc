import ServerRuntime

/// A connection that one user has for himself, until `giveBack`.
///
/// What is asked while something is under way waits until that has ended; row streams and COPY must be ended first. A call that
/// ends by deadline or cancellation leaves the session usable: what the server does for it is stopped, and the next
/// call waits for that.
///
/// Sendable, since all it does is to ask the I/O thread. Whoever makes one gives it back, on every path.
final class PostgresSession: Sendable {
    let engine: PostgresEngine
    let lease: LeaseID

    init(engine: PostgresEngine, lease: LeaseID) {
        self.engine = engine
        self.lease = lease
    }

    // MARK: - Statements

    /// Runs one statement, whose result may have any number of rows up to `limits.rowsMax`.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - prefix: a statement to be sent ahead in the same group, such as BEGIN.
    ///   - isPrepared: false for what is said once, or must work in a failed transaction.
    ///   - limits: the bounds.
    /// - Returns: the result.
    /// - Throws: the error of the server; `mayHaveBeenApplied` when the statement was sent and its outcome is unknown.
    nonisolated(nonsending) func run(
        _ query: PostgresQuery,
        after prefix: String? = nil,
        isPrepared: Bool = true,
        _ limits: CallLimits
    ) async throws(PostgresError) -> PGResultHandle {
        try query.validate()
        let body = StatementGroup.Body.one(query)
        let group = StatementGroup(body: body, prefix: prefix, rowsMax: limits.rowsMax, isPrepared: isPrepared)
        guard case .result(let result) = try await self.perform(.statements(group), limits) else {
            throw Self.surprise
        }
        return result
    }

    /// Runs one statement with many sets of values, all in one pipeline; returns the number of rows that were touched.
    nonisolated(nonsending) func runMany(
        _ batch: PostgresBatch,
        after prefix: String? = nil,
        _ limits: CallLimits
    ) async throws(PostgresError)
        -> Int
    {
        let group = batch.group(rowsMax: limits.rowsMax, prefix: prefix)
        guard let group else { return 0 }
        return try await self.count(.statements(group), limits)
    }

    /// Runs several statements in one pipeline; returns their results.
    nonisolated(nonsending) func runAll(
        _ queries: [PostgresQuery],
        after prefix: String? = nil,
        _ limits: CallLimits
    )
        async throws(PostgresError) -> [PGResultHandle]
    {
        for query in queries { try query.validate() }
        guard !queries.isEmpty else { return [] }
        let group = StatementGroup(
            body: .several(queries),
            prefix: prefix,
            rowsMax: limits.rowsMax,
            isPrepared: false
        )
        guard case .results(let results) = try await self.perform(.statements(group), limits) else {
            throw Self.surprise
        }
        return results
    }

    /// Runs a text of one or more statements without parameters; outside a transaction the server runs it as one.
    nonisolated(nonsending) func runScript(_ sql: String, _ limits: CallLimits) async throws(PostgresError) {
        try PostgresQuery(unsafeSQL: sql).validate()
        _ = try await self.perform(.script(sql), limits)
    }

    // MARK: - Row streams

    /// Begins a row stream and returns its first rows; until its last rows nothing else may be asked but the next ones.
    nonisolated(nonsending) func beginRows(
        _ query: PostgresQuery,
        _ limits: CallLimits
    ) async throws(PostgresError) -> RowBatch {
        try query.validate()
        return try await self.rows(.beginRows(query), limits)
    }

    /// The next rows: as many as have come, at least one unless the stream has ended.
    nonisolated(nonsending) func nextRows(_ limits: CallLimits) async throws(PostgresError) -> RowBatch {
        try await self.rows(.nextRows, limits)
    }

    /// Drops the rest of a stream, after asking the server to stop when `cancels`.
    ///
    /// Does nothing after the last rows. Inside a transaction a cancel request would end that.
    nonisolated(nonsending) func endRows(cancels: Bool, _ limits: CallLimits) async throws(PostgresError) {
        _ = try await self.perform(.endRows(cancels: cancels), limits)
    }

    // MARK: - COPY

    /// Begins a COPY FROM STDIN; nothing else may be asked before `endCopyIn`.
    nonisolated(nonsending) func beginCopyIn(
        _ sql: String,
        _ limits: CallLimits
    ) async throws(PostgresError) -> CopyStart {
        try await self.copyStart(.beginCopyIn(sql), sql, limits)
    }

    /// Sends data and returns when the system has taken it; rows need not be whole.
    ///
    /// An error of the server shows at the end.
    nonisolated(nonsending) func copyIn(_ bytes: [UInt8], _ limits: CallLimits) async throws(PostgresError) {
        _ = try await self.perform(.copyIn(bytes), limits)
    }

    /// Ends the COPY; with a reason the server undoes it and this throws.
    ///
    /// - Returns: the number of rows.
    nonisolated(nonsending) func endCopyIn(
        failure: String? = nil,
        _ limits: CallLimits
    ) async throws(PostgresError) -> Int {
        try await self.count(.endCopyIn(failure: failure), limits)
    }

    /// Begins a COPY TO STDOUT; nothing else may be asked before its last chunk or `endCopyOut`.
    nonisolated(nonsending) func beginCopyOut(
        _ sql: String,
        _ limits: CallLimits
    ) async throws(PostgresError) -> CopyStart {
        try await self.copyStart(.beginCopyOut(sql), sql, limits)
    }

    /// The next data, about 256 KiB at most unless a row is larger.
    nonisolated(nonsending) func nextCopyOut(_ limits: CallLimits) async throws(PostgresError) -> CopyChunk {
        guard case .copied(let chunk) = try await self.perform(.nextCopyOut, limits) else { throw Self.surprise }
        return chunk
    }

    /// Drops the rest of a COPY TO STDOUT, after asking the server to stop; does nothing after the last chunk.
    nonisolated(nonsending) func endCopyOut(_ limits: CallLimits) async throws(PostgresError) {
        _ = try await self.perform(.endCopyOut, limits)
    }

    // MARK: - Notifications

    /// Waits for messages on the channels that the session listens to, and returns all that have come.
    nonisolated(nonsending) func notifications(_ limits: CallLimits) async throws(PostgresError) -> [PGNotification] {
        try await self.notificationBatch(limits).notifications
    }

    /// As above, with the number of messages that were dropped: up to 10,000 are kept for who does not ask.
    nonisolated(nonsending) func notificationBatch(
        _ limits: CallLimits
    ) async throws(PostgresError) -> NotificationBatch {
        guard case .notifications(let batch) = try await self.perform(.notifications, limits) else {
            throw Self.surprise
        }
        return batch
    }

    // MARK: - The end

    /// Gives the connection back: an open transaction is undone, an unfinished stream stopped.
    ///
    /// Returns at once; the connection is lent again when that has happened.
    ///
    /// - Parameter resets: whether settings, temporary tables, LISTEN and session locks are undone, by DISCARD ALL.
    func giveBack(resets: Bool = false) {
        self.engine.post(.returned(self.lease, resets: resets))
    }

    /// Closes the connection instead of giving it back.
    func close() {
        self.engine.post(.abandoned(self.lease))
    }

    // MARK: - Asking

    nonisolated(nonsending) private func perform(
        _ work: SessionWork,
        _ limits: CallLimits
    ) async throws(PostgresError) -> CallOutcome {
        guard !limits.deadline.hasPassed else {
            throw PostgresError(.timeout, "the deadline passed before the statement was sent")
        }
        return try await self.engine.perform(
            .session(self.lease, work),
            deadline: limits.deadline,
            ignoresCancellation: limits.ignoresCancellation
        )
    }

    nonisolated(nonsending) private func count(
        _ work: SessionWork,
        _ limits: CallLimits
    ) async throws(PostgresError) -> Int {
        guard case .count(let count) = try await self.perform(work, limits) else { throw Self.surprise }
        return count
    }

    nonisolated(nonsending) private func rows(
        _ work: SessionWork,
        _ limits: CallLimits
    ) async throws(PostgresError) -> RowBatch {
        guard case .rows(let batch) = try await self.perform(work, limits) else { throw Self.surprise }
        return batch
    }

    nonisolated(nonsending) private func copyStart(
        _ work: SessionWork,
        _ sql: String,
        _ limits: CallLimits
    ) async throws(PostgresError)
        -> CopyStart
    {
        try PostgresQuery(unsafeSQL: sql).validate()
        guard case .copyBegan(let start) = try await self.perform(work, limits) else { throw Self.surprise }
        return start
    }

    private static var surprise: PostgresError {
        PostgresError(.connectionLost, "the I/O thread answered another question", mayHaveBeenApplied: true)
    }
}
