import ServerRuntime

extension MongoIndex {
    /// The name that the index gets.
    var givenName: String {
        self.name ?? Self.defaultName(self.keys)
    }

    /// - Throws: `.invalidArgument` naming the index and the rule that it breaks.
    func check() throws(MongoError) {
        guard !self.keys.isEmpty else { throw MongoError(.invalidArgument, "keys: an index needs a field") }
        for (field, direction) in self.keys {
            guard direction.isIndexDirection else {
                let rule = "must be 1, -1 or the name of a kind of index"
                throw MongoError(.invalidArgument, "keys: the direction of \(field) \(rule)")
            }
        }
        try OptionRules.name(self.givenName, of: "index name")
        guard self.name != "*" else { throw MongoError(.invalidArgument, "index name: * means all indexes") }
        try OptionRules.seconds("expireAfter", self.expireAfter)
        guard self.expireAfter == nil || self.keys.keys.count == 1 else {
            throw MongoError(.invalidArgument, "expireAfter: only for an index of one field")
        }
        guard !self.isSparse || self.partialFilter == nil else {
            throw MongoError(.invalidArgument, "isSparse, partialFilter: an index can have one of them")
        }
        try self.collation?.check()
    }

    /// The entry of a `createIndexes` command.
    var document: BSONDocument {
        var index: BSONDocument = ["key": .document(self.keys), "name": .string(self.givenName)]
        if self.isUnique { index.append("unique", true) }
        if self.isSparse { index.append("sparse", true) }
        if let partialFilter { index.append("partialFilterExpression", .document(partialFilter)) }
        if let expireAfter { index.append("expireAfterSeconds", .int64(expireAfter.components.seconds)) }
        if self.isHidden { index.append("hidden", true) }
        if let collation { index.append("collation", .document(collation.document)) }
        for (key, value) in self.others {
            index.append(key, value)
        }
        return index
    }

    /// From an entry of the reply to `listIndexes`.
    init(entry: BSONDocument) {
        self.init([:])
        for (key, value) in entry {
            switch key {
            case "key": self.keys = BSONDocument.decode(value) ?? [:]
            case "name": self.name = String.decode(value)
            case "unique": self.isUnique = value.isTrue
            case "sparse": self.isSparse = value.isTrue
            case "hidden": self.isHidden = value.isTrue
            case "partialFilterExpression": self.partialFilter = BSONDocument.decode(value)
            case "expireAfterSeconds": self.expireAfter = Int64.decode(value).map(Duration.seconds)
            case "collation": self.collation = BSONDocument.decode(value).flatMap(MongoCollation.init(document:))
            case "v", "ns": break
            default: self.others.append(key, value)
            }
        }
    }
}

extension BSONValue {
    fileprivate var isTrue: Bool {
        Bool.decode(self) ?? ((Int64.decode(self) ?? 0) != 0)
    }

    /// Whether it can stand for a direction: the server takes any number but zero, and names of kinds.
    fileprivate var isIndexDirection: Bool {
        switch self {
        case .string(let kind): !kind.isEmpty
        case .int32(let number): number != 0
        case .int64(let number): number != 0
        case .double(let number): number != 0 && !number.isNaN
        default: false
        }
    }
}
