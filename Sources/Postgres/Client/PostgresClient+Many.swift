public import ServerRuntime

extension PostgresClient {
    /// Runs one statement with many sets of values in one pipeline: all of it is applied, or nothing.
    ///
    /// Costs one round trip. Has the connection for as long as it takes, sharing it like any other statement; for tens of
    /// thousands of rows COPY is faster still.
    ///
    /// - Parameters:
    ///   - queries: the same text each time, with other values of the same types.
    ///   - deadline: covers everything; default `statementTimeout` from now.
    /// - Returns: the number of rows that were touched.
    /// - Throws: `.invalidQuery` when texts or types differ; the error of the first statement that failed;
    ///   `mayHaveBeenApplied` when the outcome is unknown.
    @discardableResult
    nonisolated(nonsending) public func executeMany(
        _ queries: [PostgresQuery],
        deadline: Deadline? = nil
    ) async throws(PostgresError) -> Int {
        try await self.execute(PostgresBatch(queries), deadline)
    }

    /// As `executeMany(_:deadline:)`, with the text given once, which costs less.
    ///
    ///     try await client.executeMany(unsafeSQL: "INSERT INTO users VALUES ($1, $2)", users) { user, values in
    ///         values.append(user.id)
    ///         values.append(user.name)
    ///     }
    ///
    /// - Parameters:
    ///   - sql: the text with the placeholders `$1`, `$2`, …; it must come from our own code, never from outside.
    ///   - elements: what there is to be a set of values for.
    ///   - deadline: covers everything; default `statementTimeout` from now.
    ///   - bind: appends the values for one element, of the same types each time.
    /// - Returns: the number of rows that were touched.
    /// - Throws: as above.
    @discardableResult
    nonisolated(nonsending) public func executeMany<Element>(
        unsafeSQL sql: String,
        _ elements: some Sequence<Element>,
        deadline: Deadline? = nil,
        bind: (Element, inout PostgresValues) -> Void
    ) async throws(PostgresError) -> Int {
        try await self.execute(PostgresBatch(sql: sql, elements, bind), deadline)
    }

    nonisolated(nonsending) private func execute(
        _ batch: PostgresBatch,
        _ deadline: Deadline?
    ) async throws(PostgresError) -> Int {
        guard let group = batch.group(rowsMax: self.configuration.rowsMax) else { return 0 }
        let deadline = deadline ?? .after(self.configuration.statementTimeout)
        guard case .count(let count) = try await self.engine.perform(.shared(group), deadline: deadline) else {
            throw PostgresError(.connectionLost, "the I/O thread answered another question", mayHaveBeenApplied: true)
        }
        return count
    }
}
