/// Which documents are counted, and how.
public struct MongoCountOptions: Sendable, Hashable {
    /// Where to stop counting; nil or 0 counts all.
    public var limit: Int?
    /// How many of the first documents to leave out.
    public var skip: Int
    /// How texts are compared; nil as the collection has it.
    public var collation: MongoCollation?
    /// The index to use; nil leaves the choice to the server.
    public var hint: MongoIndexHint?
    /// A note that shows in the log and the profiler of the server.
    public var comment: BSONValue?
    /// How long the server may work on it; the call's deadline counts too.
    public var maxTime: Duration?
    /// Which data the read may return; nil as the client has it.
    public var readConcern: MongoReadConcern?
    /// Which members may answer; nil as the client has it.
    public var readPreference: MongoReadPreference?

    /// All documents that the filter finds.
    public init(
        limit: Int? = nil,
        skip: Int = 0,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil,
        comment: BSONValue? = nil,
        maxTime: Duration? = nil,
        readConcern: MongoReadConcern? = nil,
        readPreference: MongoReadPreference? = nil
    ) {
        self.limit = limit
        self.skip = skip
        self.collation = collation
        self.hint = hint
        self.comment = comment
        self.maxTime = maxTime
        self.readConcern = readConcern
        self.readPreference = readPreference
    }
}

extension MongoCountOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try OptionRules.notNegative("limit", self.limit)
        try OptionRules.notNegative("skip", self.skip)
        try self.collation?.check()
        try self.hint?.check()
        try OptionRules.positive("maxTime", self.maxTime)
        try self.readPreference?.check()
    }

    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if let limit, limit > 0 { try arguments.append("limit", limit) }
        if self.skip > 0 { try arguments.append("skip", self.skip) }
        if let collation { try arguments.append("collation", collation.document) }
        if let hint { try arguments.append("hint", value: hint.value) }
        if let comment { try arguments.append("comment", value: comment) }
        if let readConcern { try arguments.append("readConcern", readConcern.document) }
    }
}
