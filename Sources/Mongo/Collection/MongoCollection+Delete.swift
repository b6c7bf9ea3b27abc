import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// Removes the first document that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - options: hint, collation and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: 0 or 1.
    /// - Throws: errors of the server and the network.
    @discardableResult
    public func deleteOne(
        _ filter: BSONDocument,
        options: MongoDeleteOptions = MongoDeleteOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> Int {
        try await self.delete(filter, options, session, deadline, mongoc_collection_delete_one)
    }

    /// Removes all documents that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty removes all.
    ///   - options: hint, collation and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: how many were removed.
    /// - Throws: errors of the server; some documents may have been removed then.
    @discardableResult
    public func deleteMany(
        _ filter: BSONDocument,
        options: MongoDeleteOptions = MongoDeleteOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> Int {
        try await self.delete(filter, options, session, deadline, mongoc_collection_delete_many)
    }

    private typealias Delete =
        @Sendable (
            OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, UnsafeMutablePointer<bson_error_t>?
        ) -> Bool

    private func delete(
        _ filter: BSONDocument,
        _ options: MongoDeleteOptions,
        _ session: MongoSession?,
        _ deadline: Deadline?,
        _ function: @escaping Delete
    ) async throws(MongoError) -> Int {
        try options.check()
        try DocumentRules.limits(filter, "filter")
        return try await self.call(deadline, kind: .write, session: session) { client, collection throws(MongoError) in
            let arguments = MongocArguments()
            try options.append(to: arguments)
            try arguments.append(maxTime: options.maxTime, of: client)
            try arguments.append(sessionOf: client)
            var error = bson_error_t()
            let (raw, settings, reply) = (collection.raw, arguments.options, arguments.reply)
            let isDone = try arguments.withView(filter) { filter in function(raw, filter, settings, reply, &error) }
            guard isDone else { throw arguments.failure(error, of: .write) }
            return arguments.replyDocument.count("deletedCount")
        }
    }
}
