public import ServerRuntime

extension MongoCollection {
    /// Deletes the collection with its indexes; does nothing when there is none.
    ///
    /// - Parameters:
    ///   - writeConcern: when it counts as done; nil as the client has it.
    ///   - session: the session that the call is part of; it cannot be in a transaction.
    ///   - deadline: when to give up.
    /// - Throws: errors of the server and the network.
    public func drop(
        writeConcern: MongoWriteConcern? = nil,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) {
        try self.checkName()
        do throws(MongoError) {
            let command: BSONDocument = ["drop": .string(self.name)]
            try await self.database.write(command, writeConcern: writeConcern, session: session, deadline: deadline)
        } catch {
            // Servers before 7.0 report a collection that does not exist.
            guard error.code == .notFound else { throw error }
        }
    }

    /// Gives the collection another name in the same database.
    ///
    /// - Parameters:
    ///   - name: the new name.
    ///   - replacing: whether a collection of that name is deleted; otherwise it is an error.
    ///   - writeConcern: when it counts as done; nil as the client has it.
    ///   - session: the session that the call is part of; it cannot be in a transaction.
    ///   - deadline: when to give up.
    /// - Returns: the collection under its new name.
    /// - Throws: `.notFound` when there is no such collection; `.server`, code 48, when the new name is taken.
    @discardableResult
    public func rename(
        to name: String,
        replacing: Bool = false,
        writeConcern: MongoWriteConcern? = nil,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoCollection {
        try self.checkName()
        try OptionRules.collection(name)
        let renamed = self.database.collection(name)
        let command: BSONDocument = [
            "renameCollection": .string(self.namespace), "to": .string(renamed.namespace),
            "dropTarget": .bool(replacing),
        ]
        try await self.database.write(
            command,
            in: "admin",
            writeConcern: writeConcern,
            session: session,
            deadline: deadline
        )
        return renamed
    }
}
