/// What a number of writes did.
public struct MongoBulkResult: Sendable {
    /// Documents inserted by insert operations.
    public var inserted = 0
    /// Documents that filters of updates found.
    public var matched = 0
    /// Documents that are different now.
    public var modified = 0
    /// Documents removed.
    public var deleted = 0
    /// Documents that updates inserted since they found none.
    public var upserted = 0
    /// The operations that inserted such a document, by index in the list that was given, with the `_id`.
    public var upsertedIDs: [Int: BSONValue] = [:]
    /// The operations that failed.
    ///
    /// When the writes were ordered there is at most one, and those after it were not tried.
    public var errors: [MongoBulkWriteError] = []

    /// Nothing done.
    public init() {}

    /// This result when no operation failed.
    ///
    /// - Throws: the error of the first operation that failed. Others may have been applied.
    @discardableResult
    public func orThrow() throws(MongoError) -> MongoBulkResult {
        if let first = self.errors.first { throw first.error }
        return self
    }
}

extension MongoBulkResult {
    /// From libmongoc's reply to a bulk operation.
    init(bulkReply reply: BSONDocument) {
        self.inserted = reply.count("nInserted")
        self.matched = reply.count("nMatched")
        self.modified = reply.count("nModified")
        self.deleted = reply.count("nRemoved")
        self.upserted = reply.count("nUpserted")
        for entry in reply["upserted"].flatMap({ [BSONDocument].decode($0) }) ?? [] {
            self.upsertedIDs[entry.count("index")] = entry["_id"] ?? .null
        }
        self.errors = Self.errors(reply)
    }

    private static func errors(_ reply: BSONDocument) -> [MongoBulkWriteError] {
        let entries = reply["writeErrors"].flatMap { [BSONDocument].decode($0) } ?? []
        return entries.map(MongoBulkWriteError.init(entry:))
    }
}
