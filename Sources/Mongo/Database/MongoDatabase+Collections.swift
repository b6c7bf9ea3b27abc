import CMongoc
public import ServerRuntime

extension MongoDatabase {
    /// Creates a collection, which is needed only to give it options: a write creates a plain one by itself.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: capped, validator and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the collection.
    /// - Throws: `.server` (code 48) when there is one of this name with other options.
    @discardableResult
    public func createCollection(
        _ name: String,
        options: MongoCollectionOptions = MongoCollectionOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoCollection {
        try OptionRules.collection(name)
        try options.check()
        let command = options.command(name)
        try await self.write(command, writeConcern: options.writeConcern, session: session, deadline: deadline)
        return self.collection(name)
    }

    /// The collections and views of the database.
    ///
    /// - Parameters:
    ///   - filter: a condition on `name`, `type`, `options` or `info`.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: what the server tells of each.
    /// - Throws: errors of the server and the network.
    public func listCollections(
        _ filter: BSONDocument = [:],
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [MongoCollectionInfo] {
        try await self.collections(filter, isNameOnly: false, session, deadline).map(MongoCollectionInfo.init(entry:))
    }

    /// The names of the collections and views of the database.
    ///
    /// Cheaper than `listCollections`: the server locks nothing.
    ///
    /// - Parameters:
    ///   - filter: a condition on `name` or `type`.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the names, in no order.
    /// - Throws: errors of the server and the network.
    public func listCollectionNames(
        _ filter: BSONDocument = [:],
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [String] {
        try await self.collections(filter, isNameOnly: true, session, deadline)
            .compactMap { $0["name"].flatMap { String.decode($0) } }
    }

    /// Upper bound of collections that a list may have.
    private static let collectionsMax = 100_000

    private func collections(
        _ filter: BSONDocument,
        isNameOnly: Bool,
        _ session: MongoSession?,
        _ deadline: Deadline?
    ) async throws(MongoError) -> [BSONDocument] {
        try OptionRules.database(self.name)
        try DocumentRules.limits(filter, "filter")
        let name = self.name
        return try await self.client.withClient(deadline, kind: .read, session: session) { client throws(MongoError) in
            let arguments = MongocArguments()
            if !filter.isEmpty { try arguments.append("filter", filter) }
            if isNameOnly { try arguments.append("nameOnly", true) }
            try arguments.append(maxTime: nil, of: client)
            try arguments.append(sessionOf: client)
            let database = try MongocDatabase(client, name: name)
            guard let raw = mongoc_database_find_collections_with_opts(database.raw, arguments.options) else {
                throw MongoError(.invalidArgument, "libmongoc refuses the listing")
            }
            let cursor = MongocCursor(takingOwnershipOf: raw)
            return try cursor.all(documentsMax: Self.collectionsMax, deadline: client.deadline)
        }
    }
}
