public import ServerRuntime

/// A connection for one user alone, valid inside the body that got it.
///
/// Statements follow one another; each is its own transaction unless `transaction` is used. Settings, temporary tables, LISTEN
/// and session locks last until the body ends, and are undone then.
public struct PostgresConnection: Sendable {
    let session: PostgresSession
    let configuration: PostgresConfiguration

    /// Runs one statement and returns its rows; as `PostgresClient.query(_:deadline:rowsMax:)`.
    @discardableResult
    nonisolated(nonsending) public func query(
        _ query: PostgresQuery,
        deadline: Deadline? = nil,
        rowsMax: Int? = nil
    ) async throws(PostgresError) -> PostgresRows {
        PostgresRows(try await self.session.run(query, self.limits(deadline, rowsMax)))
    }

    /// Runs one statement and returns how many rows it touched; as `PostgresClient.execute(_:deadline:)`.
    @discardableResult
    nonisolated(nonsending) public func execute(
        _ query: PostgresQuery,
        deadline: Deadline? = nil
    ) async throws(PostgresError) -> Int {
        try await self.session.run(query, self.limits(deadline, nil)).affectedRows
    }

    /// Runs a text of one or more statements, which are one transaction unless they say otherwise.
    ///
    /// - Parameters:
    ///   - sql: the text; it must come from our own code, never from outside.
    ///   - deadline: default `statementTimeout` from now.
    /// - Throws: the error of the first statement that failed.
    nonisolated(nonsending) public func executeScript(
        unsafeSQL sql: String,
        deadline: Deadline? = nil
    ) async throws(PostgresError) {
        try await self.session.runScript(sql, self.limits(deadline, nil))
    }

    /// Runs one statement with many sets of values in one pipeline; as `PostgresClient.executeMany(_:deadline:)`.
    @discardableResult
    nonisolated(nonsending) public func executeMany(
        _ queries: [PostgresQuery],
        deadline: Deadline? = nil
    ) async throws(PostgresError) -> Int {
        try await self.session.runMany(PostgresBatch(queries), self.limits(deadline, nil))
    }

    /// Runs `body` inside a transaction on this connection; as `PostgresClient.transaction`, without retries.
    @discardableResult
    nonisolated(nonsending)
        public func transaction<Result: Sendable>(
            isolation: PostgresIsolation = .readCommitted,
            access: PostgresAccess = .readWrite,
            deadline: Deadline? = nil,
            _ body: (PostgresTransaction) async throws -> Result
        ) async throws -> Result
    {
        let begin = "BEGIN ISOLATION LEVEL \(isolation.rawValue) \(access.rawValue)"
        let transaction = TransactionSession(self.session, begin: begin, limits: self.limits(deadline, nil))
        return try await PostgresClient.transaction(transaction, body)
    }

    /// Runs one statement and hands its rows to `body` as they come; as `PostgresClient.withRows`.
    ///
    /// No other statement may be run meanwhile. A body that leaves before the last row has the server stop the statement.
    nonisolated(nonsending)
        public func withRows<Result: Sendable>(
            _ query: PostgresQuery,
            deadline: Deadline? = nil,
            _ body: (PostgresRowStream) async throws -> Result
        ) async throws -> Result
    {
        let (connection, deadlineGiven) = (self, deadline)
        do {
            let result = try await body(
                PostgresRowStream(self.session, query) { connection.limits(deadlineGiven, nil) }
            )
            try await self.session.endRows(cancels: true, self.limits(deadline, nil))
            return result
        } catch {
            // The first error is the one that tells something; an unfinished stream is stopped when the session ends.
            try? await self.session.endRows(cancels: true, self.limits(deadline, nil).forCleaning)
            throw error
        }
    }

    func limits(_ deadline: Deadline?, _ rowsMax: Int?) -> CallLimits {
        CallLimits(
            deadline: deadline ?? .after(self.configuration.statementTimeout),
            rowsMax: rowsMax ?? self.configuration.rowsMax
        )
    }
}
