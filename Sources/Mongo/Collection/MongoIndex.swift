import ServerRuntime

/// An index of a collection.
public struct MongoIndex: Sendable, Hashable {
    /// Field names with 1 or -1, in order; or the kind of index, such as `hashed`.
    public var keys: BSONDocument
    /// The name; nil makes one from the keys, as in `user_id_1_time_-1`.
    public var name: String?
    /// Whether no two documents may have the same values.
    public var isUnique: Bool
    /// Whether documents without the fields are left out.
    public var isSparse: Bool
    /// The condition for a document to be in the index; nil takes all.
    public var partialFilter: BSONDocument?
    /// How long after the date in its field a document is deleted, in whole seconds; nil keeps it.
    ///
    /// For an index of one field.
    public var expireAfter: Duration?
    /// Whether queries do not use it, though it is kept up to date.
    public var isHidden: Bool
    /// How texts are compared; nil as the collection has it.
    public var collation: MongoCollation?
    /// Other options of an index, as they are, such as `weights` or `wildcardProjection`.
    public var others: BSONDocument

    /// An index of these keys.
    public init(
        _ keys: BSONDocument,
        name: String? = nil,
        isUnique: Bool = false,
        isSparse: Bool = false,
        partialFilter: BSONDocument? = nil,
        expireAfter: Duration? = nil,
        isHidden: Bool = false,
        collation: MongoCollation? = nil,
        others: BSONDocument = [:]
    ) {
        self.keys = keys
        self.name = name
        self.isUnique = isUnique
        self.isSparse = isSparse
        self.partialFilter = partialFilter
        self.expireAfter = expireAfter
        self.isHidden = isHidden
        self.collation = collation
        self.others = others
    }

    /// The name that MongoDB's drivers give an index: each field with its direction, joined by `_`.
    public static func defaultName(_ keys: BSONDocument) -> String {
        keys.map { key, value in
            let direction = Int64.decode(value).map { "\($0)" } ?? String.decode(value) ?? ""
            return "\(key)_\(direction)"
        }.joined(separator: "_")
    }
}
