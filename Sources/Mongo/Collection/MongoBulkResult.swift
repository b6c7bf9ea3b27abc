/// What a number of writes did.
public struct MongoBulkResult: Sendable {
    /// Documents inserted by insert operations.
    public var inserted = 0
    /// The operations that insert, by index in the list that was given, with the `_id` of their document.
    ///
    /// Also of those that failed or were not tried, which `errors` tells.
    public var insertedIDs: [Int: BSONValue] = [:]
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
    /// From libmongoc's reply to a bulk operation; what cannot be read counts as not there.
    init(bulkReply reply: BSONDocument) {
        // The reply was made by libmongoc from checked documents; a part of another type leaves the rest unread.
        try? reply.read { reader throws(MongoError) in
            while try reader.next() {
                try self.take(reader)
            }
        }
    }

    private mutating func take(_ reader: borrowing BSONReader) throws(MongoError) {
        if reader.isKey("nInserted") {
            self.inserted = try reader.int()
        } else if reader.isKey("nMatched") {
            self.matched = try reader.int()
        } else if reader.isKey("nModified") {
            self.modified = try reader.int()
        } else if reader.isKey("nRemoved") {
            self.deleted = try reader.int()
        } else if reader.isKey("nUpserted") {
            self.upserted = try reader.int()
        } else if reader.isKey("upserted") {
            for entry in [BSONDocument].decode(try reader.value()) ?? [] {
                self.upsertedIDs[entry.count("index")] = entry["_id"] ?? .null
            }
        } else if reader.isKey("writeErrors") {
            self.errors = ([BSONDocument].decode(try reader.value()) ?? []).map(MongoBulkWriteError.init(entry:))
        }
    }

    /// Whether members did not confirm what was written.
    func hasConcernErrors(_ reply: BSONDocument) -> Bool {
        reply["writeConcernErrors"].flatMap { [BSONDocument].decode($0) }?.isEmpty == false
    }

    /// The error of the whole, which carries what is known to be done.
    func interrupted(by error: MongoError, _ hasConcernErrors: Bool) -> MongoError {
        let isPartlyApplied = self.inserted + self.modified + self.deleted + self.upserted > 0
        guard isPartlyApplied || hasConcernErrors || !self.errors.isEmpty else { return error }
        var error = error
        error.mayHaveBeenApplied = error.mayHaveBeenApplied || isPartlyApplied || hasConcernErrors
        error.cause = MongoInterruptedBulk(result: self)
        return error
    }
}
