public import ServerRuntime

extension MongoCollection {
    /// Changes the first document that `filter` finds, and returns it as it was before or is now.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - update: update operators, such as `$set`.
    ///   - options: which version to return, order, upsert and the like.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the document; nil when none was found, and for `.before` when it was inserted.
    /// - Throws: `.duplicateKey`, also when two upserts meet; `.invalidArgument` for an update without operators.
    @discardableResult
    public func findOneAndUpdate(
        _ filter: BSONDocument,
        _ update: BSONDocument,
        options: MongoFindAndModifyOptions = MongoFindAndModifyOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument? {
        try DocumentRules.update(update)
        return try await self.findAndModify(filter, update, options, session, deadline)
    }

    /// Changes the first document that `filter` finds by the stages of a pipeline, and returns it.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - pipeline: the stages, such as `$set` and `$unset`; they can use the document's own values.
    ///   - options: which version to return, order, upsert and the like; no array filters.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the document; nil when none was found, and for `.before` when it was inserted.
    /// - Throws: `.duplicateKey`, also when two upserts meet.
    @discardableResult
    public func findOneAndUpdate(
        _ filter: BSONDocument,
        pipeline: [BSONDocument],
        options: MongoFindAndModifyOptions = MongoFindAndModifyOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument? {
        let stages = BSONDocument.stages(pipeline)
        try DocumentRules.updatePipeline(numbered: stages)
        return try await self.findAndModify(filter, stages, options, session, deadline)
    }

    /// Puts a document in place of the first one that `filter` finds, and returns the old or the new one.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - replacement: the new document, without operators.
    ///   - options: which version to return, order, upsert and the like; no array filters.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the document; nil when none was found, and for `.before` when it was inserted.
    /// - Throws: `.duplicateKey`; `.invalidArgument` for a replacement with operators.
    @discardableResult
    public func findOneAndReplace(
        _ filter: BSONDocument,
        _ replacement: BSONDocument,
        options: MongoFindAndModifyOptions = MongoFindAndModifyOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument? {
        try DocumentRules.replacement(replacement)
        guard options.arrayFilters.isEmpty else {
            throw MongoError(.invalidArgument, "arrayFilters: belong to updates with operators")
        }
        return try await self.findAndModify(filter, replacement, options, session, deadline)
    }

    /// Removes the first document that `filter` finds, and returns it.
    ///
    /// - Parameters:
    ///   - filter: the condition.
    ///   - options: order and the like; neither upsert nor `.after`.
    ///   - session: the session that the call is part of.
    ///   - deadline: when to give up.
    /// - Returns: the document; nil when none was found.
    /// - Throws: errors of the server and the network.
    @discardableResult
    public func findOneAndDelete(
        _ filter: BSONDocument,
        options: MongoFindAndModifyOptions = MongoFindAndModifyOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument? {
        guard !options.upsert, options.returning == .before, options.arrayFilters.isEmpty else {
            let rule = "a document that is deleted can neither be inserted nor returned as it is now"
            throw MongoError(.invalidArgument, "upsert, returning, arrayFilters: \(rule)")
        }
        return try await self.findAndModify(filter, nil, options, session, deadline)
    }

    private func findAndModify(
        _ filter: BSONDocument,
        _ change: BSONDocument?,
        _ options: MongoFindAndModifyOptions,
        _ session: MongoSession?,
        _ deadline: Deadline?
    ) async throws(MongoError) -> BSONDocument? {
        try options.check()
        try DocumentRules.limits(filter, "filter")
        return try await self.call(deadline, kind: .write, session: session) { client, collection throws(MongoError) in
            let arguments = MongocArguments()
            let operation = try MongocFindAndModify()
            try operation.set(change, options, client, arguments)
            return try operation.run(collection, filter, arguments)
        }
    }
}
