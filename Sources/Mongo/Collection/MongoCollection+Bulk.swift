public import ServerRuntime

extension MongoCollection {
    /// Makes several writes, in as few messages as they fit into.
    ///
    /// - Parameters:
    ///   - operations: the writes; none is allowed.
    ///   - ordered: whether to stop at the first that fails, or to try all, in any order.
    ///   - deadline: covers all of them.
    /// - Returns: what was done, and which operations failed and why; see `MongoBulkResult.orThrow()`.
    /// - Throws: errors of the whole call; those of single operations are in the result.
    public func bulkWrite(
        _ operations: [MongoWrite],
        ordered: Bool = true,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> MongoBulkResult {
        guard !operations.isEmpty else { return MongoBulkResult() }
        return try await self.withCollection(deadline, isWrite: true) { _, collection throws(MongoError) in
            let bulk = try MongocBulk(collection, ordered: ordered)
            for operation in operations {
                try bulk.add(operation)
            }
            return try bulk.execute()
        }
    }
}
