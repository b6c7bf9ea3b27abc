public import ServerRuntime

/// A transaction under way, valid inside the body that got it.
///
/// One task at a time: a second statement while one is under way fails with `.transactionMisuse`, as does any after the
/// end.
public struct PostgresTransaction: Sendable {
    let session: TransactionSession

    /// Runs one statement and returns its rows.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: never later than that of the transaction, which is the default.
    ///   - rowsMax: upper bound of rows; default that of the configuration.
    /// - Returns: the rows, in the order of the server.
    /// - Throws: any error means that the transaction cannot be committed any more.
    @discardableResult
    public func query(
        _ query: PostgresQuery,
        deadline: Deadline? = nil,
        rowsMax: Int? = nil
    ) async throws(PostgresError) -> [PostgresRow] {
        try await self.session.execute(query, deadline: deadline, rowsMax: rowsMax).rows
    }

    /// Runs one statement and returns how many rows it touched.
    ///
    /// - Parameters:
    ///   - query: the statement and its values.
    ///   - deadline: never later than that of the transaction, which is the default.
    /// - Returns: the number of rows.
    /// - Throws: any error means that the transaction cannot be committed any more.
    @discardableResult
    public func execute(_ query: PostgresQuery, deadline: Deadline? = nil) async throws(PostgresError) -> Int {
        try await self.session.execute(query, deadline: deadline, rowsMax: nil).affectedRows
    }
}
