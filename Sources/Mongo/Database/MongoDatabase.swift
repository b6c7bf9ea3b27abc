import ServerRuntime

/// A database of a deployment; a name and nothing else, so making one costs nothing.
///
/// Sessions, deadlines and errors are as with `MongoCollection`.
public struct MongoDatabase: Sendable {
    let client: MongoClient
    /// The name.
    public let name: String

    /// The collection of this name.
    ///
    /// Costs nothing; a name that cannot be is refused by the calls.
    public func collection(_ name: String) -> MongoCollection {
        MongoCollection(database: self, name: name)
    }

    /// Runs a command that writes and returns its reply; `database` is where it runs, nil is this one.
    @discardableResult
    func write(
        _ command: BSONDocument,
        in database: String? = nil,
        writeConcern: MongoWriteConcern? = nil,
        session: MongoSession?,
        deadline: Deadline?
    ) async throws(MongoError) -> BSONDocument {
        let options = MongoCommandOptions(writeConcern: writeConcern)
        return try await self.client.run(
            command,
            in: database ?? self.name,
            as: .write,
            options,
            session,
            deadline
        )
    }
}
