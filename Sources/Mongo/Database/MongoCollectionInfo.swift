/// What the server tells of a collection or view.
public struct MongoCollectionInfo: Sendable, Hashable {
    /// The name within the database.
    public var name: String
    /// `collection`, `view` or `timeseries`.
    public var type: String
    /// What it was created with.
    public var options: BSONDocument
    /// Whether it cannot be written.
    public var isReadOnly: Bool
    /// The number that stays when it is renamed, 16 bytes; views have none.
    public var uuid: [UInt8]?
}

extension MongoCollectionInfo {
    /// From an entry of the reply to `listCollections`.
    init(entry: BSONDocument) {
        let info = entry["info"].flatMap { BSONDocument.decode($0) } ?? [:]
        self.init(
            name: entry["name"].flatMap { String.decode($0) } ?? "",
            type: entry["type"].flatMap { String.decode($0) } ?? "collection",
            options: entry["options"].flatMap { BSONDocument.decode($0) } ?? [:],
            isReadOnly: info["readOnly"] == true,
            uuid: info["uuid"].flatMap { [UInt8].decode($0) }
        )
    }
}
