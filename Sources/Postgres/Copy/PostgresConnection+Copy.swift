public import ServerRuntime

extension PostgresConnection {
    /// Stores many rows with COPY on this connection, such as into a temporary table; as `PostgresClient.copyIn`.
    ///
    /// - Parameters:
    ///   - table: where to.
    ///   - columns: which values the rows have; the others get their defaults. Without, all but generated ones.
    ///   - format: `.binary` takes typed values, `.text` the server's texts.
    ///   - deadline: covers everything; without one each wait for the server may take `statementTimeout`.
    ///   - body: writes the rows; it must not keep the writer.
    /// - Returns: the number of rows.
    /// - Throws: what `body` throws, and then nothing was stored; the error of the server.
    @discardableResult
    nonisolated(nonsending)
        public func copyIn<Format: PostgresCopyFormat>(
            into table: PostgresIdentifier,
            columns: [PostgresIdentifier] = [],
            format: Format,
            deadline: Deadline? = nil,
            _ body: (inout PostgresCopyWriter<Format>) async throws -> Void
        ) async throws -> Int
    {
        let connection = self
        let copy = CopyIn<Format>(table: table, columns: columns, session: self.session) {
            connection.limits(deadline, nil)
        }
        return try await copy.run(body)
    }

    /// Reads a table with COPY on this connection; as `PostgresClient.copyOut`.
    ///
    /// - Parameters:
    ///   - table: what to read; for a view or a partitioned table use `PostgresClient.copyOut(query:)`.
    ///   - columns: which ones, in this order; without, all but generated ones.
    ///   - deadline: covers everything; without one each wait for the server may take `statementTimeout`.
    ///   - body: reads the rows; it must not keep the sequence.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError`.
    nonisolated(nonsending)
        public func copyOut<Result: Sendable>(
            from table: PostgresIdentifier,
            columns: [PostgresIdentifier] = [],
            deadline: Deadline? = nil,
            _ body: (PostgresCopyRows) async throws -> Result
        ) async throws -> Result
    {
        let connection = self
        let copy = CopyOut(source: .table(table, columns: columns), session: self.session, cancels: true) {
            connection.limits(deadline, nil)
        }
        return try await copy.rows(body)
    }
}
