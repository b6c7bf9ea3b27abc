/// Why one operation of a number of writes failed.
public struct MongoBulkWriteError: Sendable {
    /// Which one, counted from 0 in the list that was given.
    public var index: Int
    /// The reason; this operation was not applied.
    ///
    /// A duplicate key has `duplicateKey`, as that of a single write.
    public var error: MongoError
}

extension MongoBulkWriteError {
    /// From an entry of `writeErrors`.
    init(entry: BSONDocument) {
        self.init(index: entry.count("index"), error: MongoError(writeError: entry))
    }
}
