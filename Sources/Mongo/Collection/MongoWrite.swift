/// One operation of a `bulkWrite`.
public enum MongoWrite: Sendable, Hashable {
    /// Inserts a document; one without `_id` gets an object id.
    case insertOne(BSONDocument)
    /// Changes the first document that the filter finds; with `upsert`, inserts one when it finds none.
    case updateOne(filter: BSONDocument, update: BSONDocument, upsert: Bool = false)
    /// Changes all documents that the filter finds; with `upsert`, inserts one when it finds none.
    case updateMany(filter: BSONDocument, update: BSONDocument, upsert: Bool = false)
    /// Replaces the first document that the filter finds; with `upsert`, inserts one when it finds none.
    case replaceOne(filter: BSONDocument, replacement: BSONDocument, upsert: Bool = false)
    /// Removes the first document that the filter finds.
    case deleteOne(filter: BSONDocument)
    /// Removes all documents that the filter finds.
    case deleteMany(filter: BSONDocument)
}
