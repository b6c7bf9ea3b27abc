import ServerRuntime

/// A collection of a database; a name and nothing else, so making one costs nothing.
///
/// Every call can be part of a `session`, and then sees what the session did before. Its `deadline` defaults to
/// `MongoConfiguration.operationTimeout` from now; it ends the call here, and on the server where that takes a limit of
/// time (everything but updates, replacements and bulks). Options and documents are checked before anything is sent, and
/// such errors (`.invalidArgument`, `.invalidDocument`) name the option or the document and its rule. Errors of writes
/// say in `mayHaveBeenApplied` when the outcome is unknown.
public struct MongoCollection: Sendable {
    /// The database that it is part of.
    public let database: MongoDatabase
    /// The name within the database.
    public let name: String

    var client: MongoClient { self.database.client }

    /// Database and name, as MongoDB writes them: `shop.orders`.
    public var namespace: String {
        "\(self.database.name).\(self.name)"
    }

    /// Runs `body` with the C handle of this collection on one of the client's threads.
    func call<Value: Sendable>(
        _ deadline: Deadline?,
        kind: MongoCallKind,
        session: MongoSession?,
        _ body:
            @escaping @Sendable (borrowing MongocClient, borrowing MongocCollection) throws(MongoError) ->
            Value
    ) async throws(MongoError) -> Value {
        try self.checkName()
        let (database, name) = (self.database.name, self.name)
        return try await self.client.withClient(deadline, kind: kind, session: session) { client throws(MongoError) in
            let collection = try MongocCollection(client, database: database, name: name)
            return try body(client, collection)
        }
    }

    /// - Throws: `.invalidArgument` when collection or database cannot be named so.
    func checkName() throws(MongoError) {
        try OptionRules.collection(self.name)
        try OptionRules.database(self.database.name)
    }
}
