public import ServerRuntime

extension MongoClient {
    /// Runs `body` with a session, which ends with it.
    ///
    /// - Parameters:
    ///   - options: how its operations see each other.
    ///   - deadline: for opening it; the calls in it have their own.
    ///   - isolation: where `body` runs; leave it out.
    ///   - body: gets the session, and hands it to each operation.
    /// - Returns: what `body` returns.
    /// - Throws: errors of opening, and of `body`.
    public func withSession<Result>(
        options: MongoSessionOptions = MongoSessionOptions(),
        deadline: Deadline? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MongoSession) async throws -> Result
    ) async throws -> Result {
        let session = try await MongoSession(self, options, deadline)
        defer { session.end() }
        return try await body(session)
    }

    /// Runs `body` in a transaction and commits it.
    ///
    /// - Parameters:
    ///   - options: of the session and, as its default, of the transaction.
    ///   - deadline: for all attempts together.
    ///   - isolation: where `body` runs; leave it out.
    ///   - body: gets the session, and hands it to each operation; runs again when the server asks for that, so it must not
    ///     do other things that cannot be repeated.
    /// - Returns: what the last run of `body` returned.
    /// - Throws: errors of `body`, after an abort; errors of the commit.
    public func withTransaction<Result>(
        options: MongoSessionOptions = MongoSessionOptions(),
        deadline: Deadline? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MongoSession) async throws -> Result
    ) async throws -> Result {
        try await self.withSession(options: options, deadline: deadline) { session in
            try await session.withTransaction(deadline: deadline, body)
        }
    }
}
