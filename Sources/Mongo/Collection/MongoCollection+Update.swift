import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// Changes the first document that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - update: update operators, such as `$set`.
    ///   - options: upsert, array filters and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: `.duplicateKey`, also when two upserts meet; `.invalidArgument` for an update without operators.
    @discardableResult
    public func updateOne(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        options: MongoUpdateOptions = MongoUpdateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        try DocumentRules.update(update)
        return try await self.update(.one, filter, update, options, session, deadline)
    }

    /// Changes the first document that `filter` finds; with `upsert`, inserts one when there is none.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - update: update operators, such as `$set`.
    ///   - upsert: whether to insert a document when none is found.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: `.duplicateKey`, also when two upserts meet; `.invalidArgument` for an update without operators.
    @discardableResult
    public func updateOne(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        upsert: Bool,
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        let options = MongoUpdateOptions(upsert: upsert)
        return try await self.updateOne(filter, update, options: options, session: session, deadline: deadline)
    }

    /// Changes the first document that `filter` finds, by the stages of a pipeline.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - pipeline: the stages, such as `$set` and `$unset`; they can use the document's own values.
    ///   - options: upsert and the like; no array filters.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: `.duplicateKey`, also when two upserts meet.
    @discardableResult
    public func updateOne(
        _ filter: BSONDocument,
        pipeline: [BSONDocument],
        options: MongoUpdateOptions = MongoUpdateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        let stages = BSONDocument.stages(pipeline)
        try DocumentRules.updatePipeline(numbered: stages)
        return try await self.update(.one, filter, stages, options, session, deadline)
    }

    /// Changes all documents that `filter` finds.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty changes all.
    ///   - update: update operators, such as `$set`.
    ///   - options: upsert, array filters and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: errors of the server; some documents may have been changed then.
    @discardableResult
    public func updateMany(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        options: MongoUpdateOptions = MongoUpdateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        try DocumentRules.update(update)
        return try await self.update(.many, filter, update, options, session, deadline)
    }

    /// Changes all documents that `filter` finds, by the stages of a pipeline.
    ///
    /// - Parameters:
    ///   - filter: the condition; empty changes all.
    ///   - pipeline: the stages, such as `$set` and `$unset`; they can use the document's own values.
    ///   - options: upsert and the like; no array filters.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: errors of the server; some documents may have been changed then.
    @discardableResult
    public func updateMany(
        _ filter: BSONDocument,
        pipeline: [BSONDocument],
        options: MongoUpdateOptions = MongoUpdateOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        let stages = BSONDocument.stages(pipeline)
        try DocumentRules.updatePipeline(numbered: stages)
        return try await self.update(.many, filter, stages, options, session, deadline)
    }

    /// Puts a document in place of the first one that `filter` finds; the `_id` stays.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - replacement: the new document, without operators.
    ///   - options: upsert and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: what was done.
    /// - Throws: `.duplicateKey`; `.invalidArgument` for a replacement with operators.
    @discardableResult
    public func replaceOne(
        _ filter: BSONDocument,
        _ replacement: BSONDocument,
        options: MongoReplaceOptions = MongoReplaceOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoUpdateResult {
        try options.check()
        try DocumentRules.limits(filter, "filter")
        try DocumentRules.replacement(replacement)
        return try await self.call(deadline, kind: .write, session: session) { client, collection throws(MongoError) in
            let arguments = MongocArguments()
            try arguments.append("validate", false)
            try options.append(to: arguments)
            return try Self.change(collection, client, arguments, filter, replacement, mongoc_collection_replace_one)
        }
    }

    private enum Reach: Sendable {
        case one, many
    }

    private typealias Change =
        @Sendable (
            OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?,
            UnsafeMutablePointer<bson_error_t>?
        ) -> Bool

    private func update(
        _ reach: Reach,
        _ filter: BSONDocument,
        _ update: BSONDocument,
        _ options: MongoUpdateOptions,
        _ session: MongoSession?,
        _ deadline: Deadline?
    ) async throws(MongoError) -> MongoUpdateResult {
        try options.check()
        try DocumentRules.limits(filter, "filter")
        return try await self.call(deadline, kind: .write, session: session) { client, collection throws(MongoError) in
            let arguments = MongocArguments()
            try arguments.append("validate", false)
            try options.append(to: arguments)
            let function: Change = reach == .one ? mongoc_collection_update_one : mongoc_collection_update_many
            return try Self.change(collection, client, arguments, filter, update, function)
        }
    }

    private static func change(
        _ collection: borrowing MongocCollection,
        _ client: borrowing MongocClient,
        _ arguments: borrowing MongocArguments,
        _ filter: BSONDocument,
        _ document: BSONDocument,
        _ function: Change
    ) throws(MongoError) -> MongoUpdateResult {
        try arguments.append(sessionOf: client)
        var error = bson_error_t()
        let (raw, settings, reply) = (collection.raw, arguments.options, arguments.reply)
        let isDone = try arguments.withViews(filter, document) { filter, document in
            function(raw, filter, document, settings, reply, &error)
        }
        guard isDone else { throw arguments.failure(error, of: .write) }
        return MongoUpdateResult(reply: arguments.replyDocument)
    }
}
