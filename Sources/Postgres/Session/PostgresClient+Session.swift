import ServerRuntime

extension PostgresClient {
    /// Lends a connection to the caller, who gives it back on every path.
    ///
    /// - Throws: `.poolExhausted`, `.timeout`, `.connectionFailed`, `.authenticationFailed`, `.cancelled`, `.closed`; nothing was
    ///   sent.
    nonisolated(nonsending) func lease(deadline: Deadline) async throws(PostgresError) -> PostgresSession {
        guard case .lease(let lease) = try await self.engine.perform(.lease, deadline: deadline) else {
            throw PostgresError(.connectionLost, "the I/O thread answered another question")
        }
        return PostgresSession(engine: self.engine, lease: lease)
    }

    /// Lends a connection to `body`.
    ///
    /// - Parameters:
    ///   - deadline: for waiting until there is one.
    ///   - resets: whether the settings of the session are undone afterwards.
    ///   - body: the user; it must not keep the session.
    /// - Returns: what `body` returned.
    /// - Throws: as `lease(deadline:)`; what `body` throws.
    nonisolated(nonsending)
        func withSession<Result>(
            deadline: Deadline,
            resets: Bool,
            _ body: (PostgresSession) async throws -> Result
        ) async throws -> Result
    {
        let session = try await self.lease(deadline: deadline)
        defer { session.giveBack(resets: resets) }
        return try await body(session)
    }
}
