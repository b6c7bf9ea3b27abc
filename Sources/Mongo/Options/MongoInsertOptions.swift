/// How documents are inserted.
public struct MongoInsertOptions: Sendable, Hashable {
    /// A note that shows in the log and the profiler of the server.
    public var comment: BSONValue?
    /// How long the server may work on it; the call's deadline counts too.
    ///
    /// For a single document only.
    public var maxTime: Duration?
    /// When the write counts as done; nil as the client has it.
    public var writeConcern: MongoWriteConcern?
    /// Whether documents may break the collection's validator.
    public var bypassesValidation: Bool

    /// As client and server have it.
    public init(
        comment: BSONValue? = nil,
        maxTime: Duration? = nil,
        writeConcern: MongoWriteConcern? = nil,
        bypassesValidation: Bool = false
    ) {
        self.comment = comment
        self.maxTime = maxTime
        self.writeConcern = writeConcern
        self.bypassesValidation = bypassesValidation
    }
}

extension MongoInsertOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try OptionRules.positive("maxTime", self.maxTime)
    }

    /// Appends them in the form of libmongoc for a single document.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        try self.appendToBulk(arguments)
        if self.bypassesValidation { try arguments.append("bypassDocumentValidation", true) }
    }

    /// Appends those that libmongoc takes for several documents.
    func appendToBulk(_ arguments: borrowing MongocArguments) throws(MongoError) {
        if let comment { try arguments.append("comment", value: comment) }
        if let writeConcern { try arguments.append("writeConcern", writeConcern.document) }
    }
}
