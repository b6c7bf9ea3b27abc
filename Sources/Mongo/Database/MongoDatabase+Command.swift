public import ServerRuntime

extension MongoDatabase {
    /// Runs a command and returns its reply.
    ///
    /// - Parameters:
    ///   - command: the command; its name is the first key.
    ///   - semantics: what the driver adds, and what a lost answer means.
    ///   - options: concerns and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the server's reply.
    /// - Throws: for `.plain`, `mayHaveBeenApplied` whenever the answer is missing: any command may be one that writes.
    @discardableResult
    public func runCommand(
        _ command: BSONDocument,
        as semantics: MongoCommandSemantics = .plain,
        options: MongoCommandOptions = MongoCommandOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument {
        try await self.client.run(command, in: self.name, as: semantics, options, session, deadline)
    }

    /// Deletes the database with all its collections; does nothing when there is none.
    ///
    /// - Parameters:
    ///   - session: the session that the call is part of; it cannot be in a transaction.
    ///   - deadline: when to give up.
    /// - Throws: errors of the server and the network.
    public func drop(session: MongoSession? = nil, deadline: Deadline? = nil) async throws(MongoError) {
        try await self.write(["dropDatabase": 1], session: session, deadline: deadline)
    }
}
