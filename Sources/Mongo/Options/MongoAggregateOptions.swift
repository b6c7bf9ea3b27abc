/// How a pipeline of stages is run.
public struct MongoAggregateOptions: Sendable, Hashable {
    /// How many documents the server puts into one answer; nil leaves it to the server.
    public var batchSize: Int?
    /// Upper bound of documents that `aggregateAll` holds in memory.
    ///
    /// An answer with more of them is an error, not cut short.
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
    /// When the write of `$out` or `$merge` counts as done; nil as the client has it.
    public var writeConcern: MongoWriteConcern?
    /// Whether stages may keep their data on disk; nil as the server has it.
    public var allowsDiskUse: Bool?
    /// Whether what `$out` or `$merge` writes may break the validator.
    public var bypassesValidation: Bool

    /// As client and server have it.
    public init(
        batchSize: Int? = nil,
        documentsMax: Int = 10_000,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil,
        variables: BSONDocument? = nil,
        comment: BSONValue? = nil,
        maxTime: Duration? = nil,
        readConcern: MongoReadConcern? = nil,
        readPreference: MongoReadPreference? = nil,
        writeConcern: MongoWriteConcern? = nil,
        allowsDiskUse: Bool? = nil,
        bypassesValidation: Bool = false
    ) {
        self.batchSize = batchSize
        self.documentsMax = documentsMax
        self.collation = collation
        self.hint = hint
        self.variables = variables
        self.comment = comment
        self.maxTime = maxTime
        self.readConcern = readConcern
        self.readPreference = readPreference
        self.writeConcern = writeConcern
        self.allowsDiskUse = allowsDiskUse
        self.bypassesValidation = bypassesValidation
    }
}

extension MongoAggregateOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try OptionRules.positive("batchSize", self.batchSize, max: OptionRules.countMax)
        try OptionRules.positive("documentsMax", self.documentsMax)
        try self.collation?.check()
        try self.hint?.check()
        try OptionRules.positive("maxTime", self.maxTime)
        try self.readPreference?.check()
    }

    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if let batchSize { try arguments.append("batchSize", batchSize) }
        if let collation { try arguments.append("collation", collation.document) }
        if let hint { try arguments.append("hint", value: hint.value) }
        if let variables { try arguments.append("let", variables) }
        if let comment { try arguments.append("comment", value: comment) }
        if let readConcern { try arguments.append("readConcern", readConcern.document) }
        if let writeConcern { try arguments.append("writeConcern", writeConcern.document) }
        if let allowsDiskUse { try arguments.append("allowDiskUse", allowsDiskUse) }
        if self.bypassesValidation { try arguments.append("bypassDocumentValidation", true) }
    }
}
