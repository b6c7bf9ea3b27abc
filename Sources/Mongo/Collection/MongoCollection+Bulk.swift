import CMongoc
public import ServerRuntime

extension MongoCollection {
    /// Makes several writes, in as few messages as they fit into.
    ///
    /// - Parameters:
    ///   - operations: the writes, at least one.
    ///   - ordered: whether to stop at the first that fails, or to try all, in any order.
    ///   - options: write concern and the like, for all of them.
    ///   - session: the session that the call is part of.
    ///   - deadline: covers all of them.
    /// - Returns: what was done, and which operations failed and why; see `MongoBulkResult.orThrow()`.
    /// - Throws: errors of the whole call; those of single operations are in the result. When some operations may have
    ///   been applied, `interruptedBulk` of the error says what is known.
    public func bulkWrite(
        _ operations: [MongoWrite],
        ordered: Bool = true,
        options: MongoBulkOptions = MongoBulkOptions(),
        session: MongoSession? = nil,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoBulkResult {
        try DocumentRules.notEmpty(operations, "operations")
        for (index, operation) in operations.enumerated() {
            try operation.check(index: index)
        }
        return try await self.call(deadline, kind: .write, session: session) { client, collection throws(MongoError) in
            let arguments = MongocArguments()
            try arguments.append("ordered", ordered)
            try options.append(to: arguments)
            try arguments.append(sessionOf: client)
            let bulk = try MongocBulk(collection, arguments)
            if options.bypassesValidation { bulk.bypassValidation() }
            let insertedIDs = try bulk.addAll(operations)
            var result = try bulk.execute(arguments)
            result.insertedIDs = insertedIDs
            return result
        }
    }
}

extension MongocBulk {
    /// Adds operations in order.
    ///
    /// - Returns: the `_id`s of the inserts among them, by index.
    fileprivate func addAll(_ operations: [MongoWrite]) throws(MongoError) -> [Int: BSONValue] {
        var insertedIDs: [Int: BSONValue] = [:]
        var identified = IdentifiedDocument()
        for (index, operation) in operations.enumerated() {
            if operation.kind == .insertOne {
                insertedIDs[index] = try self.insert(operation.document, &identified)
            } else {
                try self.add(operation)
            }
        }
        return insertedIDs
    }
}
