import ServerRuntime

/// A collection of the client's database; a name and nothing else.
///
/// Deadlines default to `operationTimeout` from now. Errors of writes say in `mayHaveBeenApplied` when the outcome is
/// unknown.
public struct MongoCollection: Sendable {
    let client: MongoClient
    /// The name of the collection.
    public let name: String

    /// Runs `body` with the C handle of this collection on one of the client's threads.
    func withCollection<Value: Sendable>(
        _ deadline: Deadline?,
        isWrite: Bool,
        _ body:
            @escaping @Sendable (borrowing MongocClient, borrowing MongocCollection) throws(MongoError) ->
            Value
    ) async throws(MongoError) -> Value {
        let (database, name) = (self.client.configuration.database, self.name)
        return try await self.client.withClient(deadline, isWrite: isWrite) { client throws(MongoError) in
            let collection = try MongocCollection(client, database: database, name: name)
            return try body(client, collection)
        }
    }
}
