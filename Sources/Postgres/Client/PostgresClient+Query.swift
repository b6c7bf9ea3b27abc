public import ServerRuntime

extension PostgresClient {
    /// Runs one statement and returns its rows.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: covers waiting for a connection and the answer; default `statementTimeout` from now.
    ///   - rowsMax: upper bound of rows; default that of the configuration.
    /// - Returns: the rows, in the order of the server.
    /// - Throws: `.tooManyRows` beyond the bound; `mayHaveBeenApplied` when the statement was sent and its outcome is
    ///   unknown.
    @discardableResult
    nonisolated(nonsending)
        public func query(
            _ query: PostgresQuery,
            deadline: Deadline? = nil,
            rowsMax: Int? = nil
        ) async throws(PostgresError) -> PostgresRows
    {
        PostgresRows(try await self.result(query, deadline, rowsMax))
    }

    /// Runs one statement and returns how many rows it touched.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: covers waiting for a connection and the answer; default `statementTimeout` from now.
    /// - Returns: the number of rows.
    /// - Throws: `mayHaveBeenApplied` when the statement was sent and its outcome is unknown.
    @discardableResult
    nonisolated(nonsending)
        public func execute(
            _ query: PostgresQuery,
            deadline: Deadline? = nil
        ) async throws(PostgresError) -> Int
    {
        try await self.result(query, deadline, nil).affectedRows
    }

    private nonisolated(nonsending) func result(
        _ query: PostgresQuery,
        _ deadline: Deadline?,
        _ rowsMax: Int?
    ) async throws(PostgresError) -> PGResultHandle {
        try query.validate()
        try query.validateForSharing()
        let group = StatementGroup(body: .one(query), rowsMax: rowsMax ?? self.configuration.rowsMax)
        let deadline = deadline ?? .after(self.configuration.statementTimeout)
        guard case .result(let result) = try await self.engine.perform(.shared(group), deadline: deadline) else {
            throw PostgresError(.connectionLost, "the I/O thread answered another question", mayHaveBeenApplied: true)
        }
        return result
    }

    func limits(_ deadline: Deadline?, _ rowsMax: Int?) -> CallLimits {
        CallLimits(
            deadline: deadline ?? .after(self.configuration.statementTimeout),
            rowsMax: rowsMax ?? self.configuration.rowsMax
        )
    }
}
