public import ServerRuntime

extension PostgresClient {
    /// Lends `body` a connection for itself, such as for settings and temporary tables that last longer than a statement.
    ///
    /// Afterwards an open transaction is undone and the session is cleaned with DISCARD ALL before anybody else gets it.
    ///
    /// - Parameters:
    ///   - deadline: for waiting until there is one; default `statementTimeout` from now.
    ///   - body: the user; it must not keep the connection.
    /// - Returns: what `body` returned.
    /// - Throws: what `body` throws; `PostgresError` when there is no connection.
    @discardableResult
    nonisolated(nonsending)
        public func withConnection<Result>(
            deadline: Deadline? = nil,
            _ body: (PostgresConnection) async throws -> Result
        ) async throws -> Result
    {
        let deadline = deadline ?? .after(self.configuration.statementTimeout)
        return try await self.withSession(deadline: deadline, resets: true) { session in
            try await body(PostgresConnection(session: session, configuration: self.configuration))
        }
    }
}
