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
    public func query(
        _ query: PostgresQuery,
        deadline: Deadline? = nil,
        rowsMax: Int? = nil
    ) async throws(PostgresError) -> [PostgresRow] {
        try await self.answer(query, self.limits(deadline, rowsMax)).rows
    }

    /// Runs one statement and returns how many rows it touched.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: covers waiting for a connection and the answer; default `statementTimeout` from now.
    /// - Returns: the number of rows.
    /// - Throws: `mayHaveBeenApplied` when the statement was sent and its outcome is unknown.
    @discardableResult
    public func execute(
        _ query: PostgresQuery,
        deadline: Deadline? = nil
    ) async throws(PostgresError) -> Int {
        try await self.answer(query, self.limits(deadline, nil)).affectedRows
    }

    func limits(_ deadline: Deadline?, _ rowsMax: Int?) -> PGConnection.Limits {
        PGConnection.Limits(
            deadline: deadline ?? .after(self.configuration.statementTimeout),
            rowsMax: rowsMax ?? self.configuration.rowsMax
        )
    }

    private func answer(
        _ query: PostgresQuery,
        _ limits: PGConnection.Limits
    ) async throws(PostgresError) -> PostgresAnswer {
        let connection = try await self.pool.acquire(deadline: limits.deadline)
        defer { self.pool.giveBack(connection) }
        return try await connection.execute(query, limits)
    }
}
