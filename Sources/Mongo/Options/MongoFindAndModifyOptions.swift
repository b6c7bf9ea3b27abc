/// Which document is changed, and what is returned of it.
public struct MongoFindAndModifyOptions: Sendable, Hashable {
    /// Which version of the document to return; deletes know only the one before.
    public var returning: MongoReturnedDocument
    /// Whether to insert a document when none is found; not for deletes.
    public var upsert: Bool
    /// Which document comes first; nil is any.
    public var sort: BSONDocument?
    /// Which fields to return; nil is all.
    public var projection: BSONDocument?
    /// Conditions for the array elements that `$[name]` in the update stands for; for updates only.
    public var arrayFilters: [BSONDocument]
    /// How texts are compared; nil as the collection has it.
    public var collation: MongoCollation?
    /// The index to use; nil leaves the choice to the server.
    public var hint: MongoIndexHint?
    /// Values that expressions can use as `$$name` (`let` of the command).
    public var variables: BSONDocument?
    /// A note that shows in the log and the profiler of the server.
    public var comment: BSONValue?
    /// How long the server may work on it; the call's deadline counts too.
    public var maxTime: Duration?
    /// When the write counts as done; nil as the client has it.
    public var writeConcern: MongoWriteConcern?
    /// Whether documents may break the collection's validator.
    public var bypassesValidation: Bool

    /// The document as it was before, without upsert.
    public init(
        returning: MongoReturnedDocument = .before,
        upsert: Bool = false,
        sort: BSONDocument? = nil,
        projection: BSONDocument? = nil,
        arrayFilters: [BSONDocument] = [],
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil,
        variables: BSONDocument? = nil,
        comment: BSONValue? = nil,
        maxTime: Duration? = nil,
        writeConcern: MongoWriteConcern? = nil,
        bypassesValidation: Bool = false
    ) {
        self.returning = returning
        self.upsert = upsert
        self.sort = sort
        self.projection = projection
        self.arrayFilters = arrayFilters
        self.collation = collation
        self.hint = hint
        self.variables = variables
        self.comment = comment
        self.maxTime = maxTime
        self.writeConcern = writeConcern
        self.bypassesValidation = bypassesValidation
    }
}

extension MongoFindAndModifyOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try self.collation?.check()
        try self.hint?.check()
        try OptionRules.positive("maxTime", self.maxTime)
    }

    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if !self.arrayFilters.isEmpty { try arguments.append("arrayFilters", self.arrayFilters) }
        if let collation { try arguments.append("collation", collation.document) }
        if let hint { try arguments.append("hint", value: hint.value) }
        if let variables { try arguments.append("let", variables) }
        if let comment { try arguments.append("comment", value: comment) }
        if let writeConcern { try arguments.append("writeConcern", writeConcern.document) }
    }
}
