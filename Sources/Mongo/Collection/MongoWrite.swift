/// One operation of a `bulkWrite`.
public struct MongoWrite: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case insertOne, updateOne, updateMany, replaceOne, deleteOne, deleteMany
    }

    let kind: Kind
    let filter: BSONDocument
    /// What is inserted or put in place; an update, or the stages of one with the keys 0, 1, 2.
    let document: BSONDocument
    /// The options of this one operation, in the form of libmongoc.
    let options: BSONDocument
    let isPipeline: Bool
    /// Whether `options` holds more than what is always the same.
    let hasOwnOptions: Bool

    init(
        _ kind: Kind,
        filter: BSONDocument = MongoWrite.noOptions,
        document: BSONDocument = MongoWrite.noOptions,
        options: BSONDocument,
        isPipeline: Bool = false,
        hasOwnOptions: Bool = false
    ) {
        self.kind = kind
        self.filter = filter
        self.document = document
        self.options = options
        self.isPipeline = isPipeline
        self.hasOwnOptions = hasOwnOptions
    }

    /// Documents are checked here, so that libmongoc need not look at every text of them once more.
    static let checkedOptions: BSONDocument = ["validate": false]
    static let upsertOptions: BSONDocument = ["validate": false, "upsert": true]
    static let noOptions = BSONDocument()
}

extension MongoWrite {
    /// - Parameter index: the place in the list that was given.
    /// - Throws: `.invalidArgument` or `.invalidDocument`, naming the index and the rule.
    func check(index: Int) throws(MongoError) {
        switch self.kind {
        case .insertOne: try DocumentRules.limits(self.document, "document", index: index)
        case .updateOne, .updateMany:
            try DocumentRules.limits(self.filter, "filter", index: index)
            if self.isPipeline {
                try DocumentRules.updatePipeline(numbered: self.document, index: index)
            } else {
                try DocumentRules.update(self.document, index: index)
            }
        case .replaceOne:
            try DocumentRules.limits(self.filter, "filter", index: index)
            try DocumentRules.replacement(self.document, index: index)
        case .deleteOne, .deleteMany: try DocumentRules.limits(self.filter, "filter", index: index)
        }
        guard self.hasOwnOptions else { return }
        try self.checkOptions(index: index)
    }

    private func checkOptions(index: Int) throws(MongoError) {
        if case .document(let collation)? = self.options["collation"], collation["locale"] == "" {
            throw MongoError(.invalidArgument, "collation, index \(index): a locale is needed, such as \"en\"")
        }
        if let hint = self.options["hint"], hint == "" || hint == [:] {
            throw MongoError(.invalidArgument, "hint, index \(index): the name or the keys of an index are needed")
        }
    }
}
