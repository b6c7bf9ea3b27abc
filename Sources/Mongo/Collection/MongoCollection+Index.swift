import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// Creates indexes, and the collection if need be; does nothing for those that are there already.
    ///
    /// - Parameters:
    ///   - indexes: the indexes, at least one.
    ///   - writeConcern: when it counts as done; nil as the client has it.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up; the server may go on building.
    /// - Returns: their names.
    /// - Throws: `.server` when an index of that name or with these keys differs; `.duplicateKey` when documents break
    ///   a unique one.
    @discardableResult
    public func createIndexes(
        _ indexes: [MongoIndex],
        writeConcern: MongoWriteConcern? = nil,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [String] {
        try self.checkName()
        try DocumentRules.notEmpty(indexes, "indexes")
        for index in indexes {
            try index.check()
        }
        let command: BSONDocument = [
            "createIndexes": .string(self.name),
            "indexes": .array(indexes.map { .document($0.document) }),
        ]
        try await self.database.write(command, writeConcern: writeConcern, session: session, deadline: deadline)
        return indexes.map(\.givenName)
    }

    /// Creates an index, and the collection if need be; does nothing when there is an equal one.
    ///
    /// - Parameters:
    ///   - index: the index.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up; the server may go on building.
    /// - Returns: its name.
    /// - Throws: `.server` when an index of that name or with these keys differs; `.duplicateKey` when documents break
    ///   a unique one.
    @discardableResult
    public func createIndex(
        _ index: MongoIndex,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> String {
        try await self.createIndexes([index], session: session, deadline: deadline)
        return index.givenName
    }

    /// Creates an index, and the collection if need be; does nothing when there is an equal one.
    ///
    /// - Parameters:
    ///   - keys: field names with 1 or -1, in order.
    ///   - unique: whether no two documents may have the same values.
    ///   - name: the name of the index; nil makes one from the keys, as in `user_id_1_time_-1`.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up; the server may go on building.
    /// - Returns: its name.
    /// - Throws: `.server` when an index of that name or with these keys differs; `.duplicateKey` when documents do.
    @discardableResult
    public func createIndex(
        keys: BSONDocument,
        unique: Bool = false,
        name: String? = nil,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> String {
        try await self.createIndex(MongoIndex(keys, name: name, isUnique: unique), session: session, deadline: deadline)
    }

    /// The indexes of the collection; none when it does not exist.
    ///
    /// - Parameters:
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the indexes, that of `_id` too.
    /// - Throws: errors of the server and the network.
    public func listIndexes(
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [MongoIndex] {
        try await self.call(deadline, kind: .read, session: session) { client, collection throws(MongoError) in
            let arguments = MongocArguments()
            try arguments.append(maxTime: nil, of: client)
            try arguments.append(sessionOf: client)
            guard let raw = mongoc_collection_find_indexes_with_opts(collection.raw, arguments.options) else {
                throw MongoError(.invalidArgument, "libmongoc refuses the listing")
            }
            let cursor = MongocCursor(takingOwnershipOf: raw)
            return try cursor.all(documentsMax: Self.indexesMax, deadline: client.deadline)
                .map(MongoIndex.init(entry:))
        }
    }

    /// Deletes the index of this name.
    ///
    /// - Parameters:
    ///   - name: its name, as `listIndexes` tells it; `*` is refused.
    ///   - writeConcern: when it counts as done; nil as the client has it.
    ///   - session: the session that the call is part of; it cannot be in a transaction.
    ///   - deadline: when to give up.
    /// - Throws: `.notFound` when there is no such index or collection.
    public func dropIndex(
        _ name: String,
        writeConcern: MongoWriteConcern? = nil,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) {
        try OptionRules.name(name, of: "index name")
        guard name != "*" else { throw MongoError(.invalidArgument, "index name: * means all, see dropIndexes") }
        try await self.dropIndexes(name, writeConcern, session, deadline)
    }

    /// Deletes all indexes but that of `_id`.
    ///
    /// - Parameters:
    ///   - writeConcern: when it counts as done; nil as the client has it.
    ///   - session: the session that the call is part of; it cannot be in a transaction.
    ///   - deadline: when to give up.
    /// - Throws: errors of the server and the network.
    public func dropIndexes(
        writeConcern: MongoWriteConcern? = nil,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) {
        try await self.dropIndexes("*", writeConcern, session, deadline)
    }

    /// More than the server allows a collection to have, which is 64.
    private static let indexesMax = 1000

    private func dropIndexes(
        _ name: String,
        _ writeConcern: MongoWriteConcern?,
        _ session: MongoSession?,
        _ deadline: Deadline?
    ) async throws(MongoError) {
        try self.checkName()
        let command: BSONDocument = ["dropIndexes": .string(self.name), "index": .string(name)]
        try await self.database.write(command, writeConcern: writeConcern, session: session, deadline: deadline)
    }
}
