import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// How many documents `filter` finds, counted exactly.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty finds all.
    ///   - options: bounds and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the number.
    /// - Throws: errors of the server and the network.
    public func countDocuments(
        _ filter: BSONDocument = [:],
        options: MongoCountOptions = MongoCountOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> Int {
        try options.check()
        try DocumentRules.limits(filter, "filter")
        return try await self.call(deadline, kind: .read, session: session) { client, collection throws(MongoError) in
            let preference = try MongocReadPreference(options.readPreference)
            let arguments = MongocArguments()
            try options.append(to: arguments)
            try arguments.append(maxTime: options.maxTime, of: client)
            try arguments.append(sessionOf: client)
            var error = bson_error_t()
            let (raw, settings, reply, mode) = (collection.raw, arguments.options, arguments.reply, preference.raw)
            let count = try arguments.withView(filter) { filter in
                mongoc_collection_count_documents(raw, filter, settings, mode, reply, &error)
            }
            guard count >= 0 else { throw arguments.failure(error, of: .read) }
            return Int(count)
        }
    }

    /// About how many documents there are, as the server remembers it.
    ///
    /// Fast for any size, but may be wrong after a crash and while a sharded cluster moves documents. It cannot be part of
    /// a session, which libmongoc refuses.
    ///
    /// - Parameters:
    ///   - options: how long the server may work, and who may answer; nothing else counts.
    ///   - deadline: when to give up.
    /// - Returns: the number.
    /// - Throws: errors of the server and the network.
    public func estimatedDocumentCount(
        options: MongoCountOptions = MongoCountOptions(),
        deadline: Deadline? = nil
    ) async throws(MongoError) -> Int {
        try options.check()
        return try await self.call(deadline, kind: .read, session: nil) { client, collection throws(MongoError) in
            let preference = try MongocReadPreference(options.readPreference)
            let arguments = MongocArguments()
            if let comment = options.comment { try arguments.append("comment", value: comment) }
            if let concern = options.readConcern { try arguments.append("readConcern", concern.document) }
            try arguments.append(maxTime: options.maxTime, of: client)
            var error = bson_error_t()
            let count = mongoc_collection_estimated_document_count(
                collection.raw,
                arguments.options,
                preference.raw,
                arguments.reply,
                &error
            )
            guard count >= 0 else { throw arguments.failure(error, of: .read) }
            return Int(count)
        }
    }

    /// The different values that a field has in the documents that `filter` finds.
    ///
    /// Values in arrays count one by one. The answer has to fit into one document of 16 MiB.
    ///
    /// - Parameters:
    ///   - field: the path of the field, such as `address.city`.
    ///   - filter: the condition; empty finds all.
    ///   - options: collation and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the values, in no order.
    /// - Throws: errors of the server and the network.
    public func distinct(
        _ field: String,
        _ filter: BSONDocument = [:],
        options: MongoDistinctOptions = MongoDistinctOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> [BSONValue] {
        try options.check()
        try OptionRules.name(field, of: "field")
        try DocumentRules.limits(filter, "filter")
        let command: BSONDocument = [
            "distinct": .string(self.name), "key": .string(field), "query": .document(filter),
        ]
        return try await self.call(deadline, kind: .read, session: session) { client, collection throws(MongoError) in
            let preference = try MongocReadPreference(options.readPreference)
            let arguments = MongocArguments()
            try options.append(to: arguments)
            try arguments.append(maxTime: options.maxTime, of: client)
            try arguments.append(sessionOf: client)
            var error = bson_error_t()
            let (raw, settings, reply, mode) = (collection.raw, arguments.options, arguments.reply, preference.raw)
            let isDone = try arguments.withView(command) { command in
                mongoc_collection_read_command_with_opts(raw, command, mode, settings, reply, &error)
            }
            guard isDone else { throw arguments.failure(error, of: .read) }
            guard case .array(let values)? = try BSONDocument(copying: reply)["values"] else {
                throw MongoError(.decoding, "the reply to distinct has no values")
            }
            return values
        }
    }
}
