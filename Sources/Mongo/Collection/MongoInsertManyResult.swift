/// What the insertion of several documents did.
public struct MongoInsertManyResult: Sendable {
    /// The `_id` of each document, in the order as given; also of those that were not inserted.
    public var ids: [BSONValue]
    /// How many documents were inserted.
    public var inserted: Int
    /// The documents that were refused.
    ///
    /// When the insertion was ordered there is at most one, and those after it were not tried.
    public var errors: [MongoBulkWriteError]

    /// This result when all documents were inserted.
    ///
    /// - Throws: the error of the first document that was refused. Others may have been inserted.
    @discardableResult
    public func orThrow() throws(MongoError) -> MongoInsertManyResult {
        if let first = self.errors.first { throw first.error }
        return self
    }
}

extension MongoInsertManyResult {
    init(ids: [BSONValue], bulk: MongoBulkResult) {
        self.init(ids: ids, inserted: bulk.inserted, errors: bulk.errors)
    }
}
