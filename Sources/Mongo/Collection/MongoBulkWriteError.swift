/// Why one operation of a number of writes failed.
public struct MongoBulkWriteError: Sendable {
    /// Which one, counted from 0 in the list that was given.
    public var index: Int
    /// The reason; this operation was not applied.
    public var error: MongoError
}

extension MongoBulkWriteError {
    /// From an entry of `writeErrors`.
    init(entry: BSONDocument) {
        let serverCode = entry["code"].flatMap { Int32.decode($0) } ?? 0
        let message = entry["errmsg"].flatMap { String.decode($0) } ?? "no reason given"
        self.index = entry.count("index")
        self.error = MongoError(
            MongoError.Code(serverCode: serverCode),
            MongoError.withoutValues(message),
            serverCode: serverCode
        )
    }
}
