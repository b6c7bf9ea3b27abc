/// What is known of a number of writes whose call failed as a whole; a cause of its `MongoError`.
///
/// The connection may have broken between two messages, or members may not have confirmed the writes in time.
public struct MongoInterruptedBulk: Error, Sendable, CustomStringConvertible {
    /// What the server had reported by then; more may have been applied.
    public var result: MongoBulkResult

    /// The counts, without ids.
    public var description: String {
        let result = self.result
        return "by then \(result.inserted) inserted, \(result.matched) matched, \(result.modified) modified, "
            + "\(result.deleted) deleted, \(result.upserted) upserted, \(result.errors.count) failed"
    }
}

extension MongoError {
    /// What is known to be done of the `bulkWrite` or `insertMany` that failed as a whole; nil for other calls.
    ///
    /// The nearest `MongoInterruptedBulk` among the causes.
    public var interruptedBulk: MongoBulkResult? {
        var cause = self.cause
        while let current = cause {
            if let bulk = current as? MongoInterruptedBulk { return bulk.result }
            cause = (current as? MongoError)?.cause
        }
        return nil
    }
}
