public import ServerRuntime

/// A transaction under way, valid inside the body that got it.
///
/// One task at a time: a second statement while one is under way fails with `.transactionMisuse`, as does any after the
/// end.
public struct PostgresTransaction: Sendable {
    let session: TransactionSession
    /// How many savepoints surround what runs now.
    var depth = 0

    /// Runs one statement and returns its rows.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: never later than that of the transaction, which is the default.
    ///   - rowsMax: upper bound of rows; default that of the configuration.
    /// - Returns: the rows, in the order of the server.
    /// - Throws: after any error of the server the transaction, or the savepoint around it, cannot be committed any more.
    @discardableResult
    nonisolated(nonsending) public func query(
        _ query: PostgresQuery,
        deadline: Deadline? = nil,
        rowsMax: Int? = nil
    ) async throws(PostgresError) -> PostgresRows {
        PostgresRows(try await self.session.run(query, deadline: deadline, rowsMax: rowsMax))
    }

    /// Runs one statement and returns how many rows it touched.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: never later than that of the transaction, which is the default.
    /// - Returns: the number of rows.
    /// - Throws: as `query`.
    @discardableResult
    nonisolated(nonsending) public func execute(
        _ query: PostgresQuery,
        deadline: Deadline? = nil
    ) async throws(PostgresError) -> Int {
        try await self.session.run(query, deadline: deadline, rowsMax: nil).affectedRows
    }

    /// Runs one statement with many sets of values in one pipeline, as `PostgresClient.executeMany(_:deadline:)` does.
    ///
    /// - Parameters:
    ///   - queries: the same text each time, with other values of the same types.
    ///   - deadline: never later than that of the transaction, which is the default.
    /// - Returns: the number of rows that were touched.
    /// - Throws: as `query`; `.invalidQuery` when texts or types differ.
    @discardableResult
    nonisolated(nonsending) public func executeMany(
        _ queries: [PostgresQuery],
        deadline: Deadline? = nil
    ) async throws(PostgresError) -> Int {
        try await self.session.runMany(PostgresBatch(queries), deadline: deadline)
    }

    /// As above, with the text given once, which costs less; see `PostgresClient`.
    @discardableResult
    nonisolated(nonsending) public func executeMany<Element>(
        unsafeSQL sql: String,
        _ elements: some Sequence<Element>,
        deadline: Deadline? = nil,
        bind: (Element, inout PostgresValues) -> Void
    ) async throws(PostgresError) -> Int {
        try await self.session.runMany(PostgresBatch(sql: sql, elements, bind), deadline: deadline)
    }

    /// Runs `body` behind a savepoint: what it did is kept when it returns and undone when it throws.
    ///
    /// An error that `body` throws comes out; caught by the caller, the transaction goes on.
    ///
    /// - Parameter body: the work; inside it only the transaction that it gets is used.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError` when the savepoint cannot be set, kept or undone.
    @discardableResult
    nonisolated(nonsending)
        public func savepoint<Result: Sendable>(
            _ body: (PostgresTransaction) async throws -> Result
        ) async throws -> Result
    {
        let name = "s\(self.depth)"
        var inner = self
        inner.depth += 1
        try await self.session.control("SAVEPOINT \(name)")
        let result: Result
        do {
            result = try await body(inner)
            try Task.checkCancellation()
        } catch {
            // When this fails too, the transaction cannot be committed, and the first error tells why.
            try? await self.session.control("ROLLBACK TO SAVEPOINT \(name)", ignoresCancellation: true)
            throw error
        }
        try await self.session.control("RELEASE SAVEPOINT \(name)")
        return result
    }
}
