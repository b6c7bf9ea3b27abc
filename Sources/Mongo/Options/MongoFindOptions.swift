/// What a query returns, how much of it, and how.
public struct MongoFindOptions: Sendable, Hashable {
    /// Which fields to return; nil is all.
    public var projection: BSONDocument?
    /// In which order; nil is any.
    public var sort: BSONDocument?
    /// Upper bound of documents that the server returns; nil or 0 is none.
    public var limit: Int?
    /// How many of the first documents to leave out.
    public var skip: Int
    /// How many documents the server puts into one answer; nil leaves it to the server.
    public var batchSize: Int?
    /// Upper bound of documents that `findAll` holds in memory; an answer with more of them is an error, not cut short.
    public var documentsMax: Int
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
    /// Which data the read may return; nil as the client has it.
    public var readConcern: MongoReadConcern?
    /// Which members may answer; nil as the client has it.
    public var readPreference: MongoReadPreference?
    /// Inclusive lower bound of the keys of the index in `hint`.
    public var min: BSONDocument?
    /// Exclusive upper bound of the keys of the index in `hint`.
    public var max: BSONDocument?
    /// Whether the server may sort on disk; nil as the server has it.
    public var allowsDiskUse: Bool?
    /// Whether a sharded cluster may answer although a shard does not.
    public var allowsPartialResults: Bool
    /// Whether to return the index keys in place of the documents.
    public var returnsKey: Bool
    /// Whether to add the server's internal number of each document as `$recordId`.
    public var showsRecordID: Bool
    /// Whether the server keeps a cursor that nobody has read for ten minutes.
    public var outlivesIdle: Bool

    /// All documents, in any order.
    public init(
        projection: BSONDocument? = nil,
        sort: BSONDocument? = nil,
        limit: Int? = nil,
        skip: Int = 0,
        batchSize: Int? = nil,
        documentsMax: Int = 10_000,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil,
        variables: BSONDocument? = nil,
        comment: BSONValue? = nil,
        maxTime: Duration? = nil,
        readConcern: MongoReadConcern? = nil,
        readPreference: MongoReadPreference? = nil,
        min: BSONDocument? = nil,
        max: BSONDocument? = nil,
        allowsDiskUse: Bool? = nil,
        allowsPartialResults: Bool = false,
        returnsKey: Bool = false,
        showsRecordID: Bool = false,
        outlivesIdle: Bool = false
    ) {
        self.projection = projection
        self.sort = sort
        self.limit = limit
        self.skip = skip
        self.batchSize = batchSize
        self.documentsMax = documentsMax
        self.collation = collation
        self.hint = hint
        self.variables = variables
        self.comment = comment
        self.maxTime = maxTime
        self.readConcern = readConcern
        self.readPreference = readPreference
        self.min = min
        self.max = max
        self.allowsDiskUse = allowsDiskUse
        self.allowsPartialResults = allowsPartialResults
        self.returnsKey = returnsKey
        self.showsRecordID = showsRecordID
        self.outlivesIdle = outlivesIdle
    }
}

extension MongoFindOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try OptionRules.notNegative("limit", self.limit)
        try OptionRules.notNegative("skip", self.skip)
        try OptionRules.positive("batchSize", self.batchSize, max: OptionRules.countMax)
        try OptionRules.positive("documentsMax", self.documentsMax)
        try self.collation?.check()
        try self.hint?.check()
        try OptionRules.positive("maxTime", self.maxTime)
        try self.readPreference?.check()
        guard (self.min == nil && self.max == nil) || self.hint != nil else {
            throw MongoError(.invalidArgument, "min, max: need a hint, which says the index that they are bounds of")
        }
    }

    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if let projection { try arguments.append("projection", projection) }
        if let sort { try arguments.append("sort", sort) }
        if let limit, limit > 0 { try arguments.append("limit", limit) }
        if self.skip > 0 { try arguments.append("skip", self.skip) }
        if let batchSize { try arguments.append("batchSize", batchSize) }
        if let collation { try arguments.append("collation", collation.document) }
        if let hint { try arguments.append("hint", value: hint.value) }
        if let variables { try arguments.append("let", variables) }
        if let comment { try arguments.append("comment", value: comment) }
        if let readConcern { try arguments.append("readConcern", readConcern.document) }
        if let min { try arguments.append("min", min) }
        if let max { try arguments.append("max", max) }
        if let allowsDiskUse { try arguments.append("allowDiskUse", allowsDiskUse) }
        if self.allowsPartialResults { try arguments.append("allowPartialResults", true) }
        if self.returnsKey { try arguments.append("returnKey", true) }
        if self.showsRecordID { try arguments.append("showRecordId", true) }
        if self.outlivesIdle { try arguments.append("noCursorTimeout", true) }
    }
}
