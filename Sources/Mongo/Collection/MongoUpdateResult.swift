/// What an update did.
public struct MongoUpdateResult: Sendable, Hashable {
    /// Documents that the filter found.
    public var matched: Int
    /// Documents that are different now.
    public var modified: Int
    /// Documents that were inserted since none was found: 0 or 1.
    public var upserted: Int
    /// The `_id` of the inserted document.
    public var upsertedID: BSONValue?
}

extension MongoUpdateResult {
    /// From libmongoc's reply to an update.
    init(reply: BSONDocument) {
        self.matched = reply.count("matchedCount")
        self.modified = reply.count("modifiedCount")
        self.upsertedID = reply["upsertedId"]
        self.upserted = self.upsertedID == nil ? 0 : 1
    }
}

extension BSONDocument {
    /// A counter of a reply; 0 when it is missing.
    func count(_ key: String) -> Int {
        self[key].flatMap { Int.decode($0) } ?? 0
    }
}
