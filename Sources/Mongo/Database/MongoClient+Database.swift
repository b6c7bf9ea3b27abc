import CMongoc
public import ServerRuntime

extension MongoClient {
    /// A database of the deployment; nil is the configured one.
    ///
    /// Costs nothing; a name that cannot be is refused by the calls.
    public func database(_ name: String? = nil) -> MongoDatabase {
        MongoDatabase(client: self, name: name ?? self.configuration.database)
    }

    /// The collection of this name in the configured database.
    ///
    /// Costs nothing; a name that cannot be is refused by the calls.
    public func collection(_ name: String) -> MongoCollection {
        self.database().collection(name)
    }

    /// Runs a command in the configured database, as it is; see `MongoDatabase.runCommand`.
    ///
    /// - Returns: the server's reply.
    /// - Throws: `mayHaveBeenApplied` whenever the answer is missing, since any command may be one that writes.
    @discardableResult
    public func runCommand(
        _ command: BSONDocument,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument {
        try await self.database().runCommand(command, session: session, deadline: deadline)
    }

    /// The databases of the deployment, as far as the user may see them.
    ///
    /// - Parameters:
    ///   - filter: a condition on `name`, `sizeOnDisk` or `empty`.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: their names.
    /// - Throws: errors of the server and the network.
    public func listDatabaseNames(
        _ filter: BSONDocument = [:],
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [String] {
        let command: BSONDocument = ["listDatabases": 1, "nameOnly": true, "filter": .document(filter)]
        let options = MongoCommandOptions()
        let reply = try await self.run(command, in: "admin", as: .read, options, session, deadline)
        let databases: [BSONDocument] = try reply.decode("databases")
        return databases.compactMap { $0["name"].flatMap { String.decode($0) } }
    }

    /// Runs a command on one of the threads.
    func run(
        _ command: BSONDocument,
        in database: String,
        as semantics: MongoCommandSemantics,
        _ options: MongoCommandOptions,
        _ session: MongoSession?,
        _ deadline: Deadline?
    ) async throws(MongoError) -> BSONDocument {
        try OptionRules.database(database)
        try options.check(semantics)
        try DocumentRules.limits(command, "command")
        guard !command.isEmpty else {
            throw MongoError(.invalidArgument, "command: its first key must be the name of a command")
        }
        return try await self.withClient(deadline, kind: semantics.kind, session: session) {
            client
                throws(MongoError) in
            let preference = try MongocReadPreference(options.readPreference)
            let arguments = MongocArguments()
            try options.append(to: arguments)
            if command["maxTimeMS"] == nil { try arguments.append(maxTime: options.maxTime, of: client) }
            try arguments.append(sessionOf: client)
            var error = bson_error_t()
            let (raw, settings, reply, mode) = (client.raw, arguments.options, arguments.reply, preference.raw)
            let isDone = try arguments.withView(command) { command in
                switch semantics {
                case .plain: mongoc_client_command_with_opts(raw, database, command, mode, settings, reply, &error)
                case .read: mongoc_client_read_command_with_opts(raw, database, command, mode, settings, reply, &error)
                case .write: mongoc_client_write_command_with_opts(raw, database, command, settings, reply, &error)
                }
            }
            guard isDone else { throw arguments.failure(error, of: semantics.kind) }
            return try BSONDocument(copying: reply)
        }
    }
}
