/// How documents are deleted.
public struct MongoDeleteOptions: Sendable, Hashable {
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

    /// As client and server have it.
    public init(
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil,
        variables: BSONDocument? = nil,
        comment: BSONValue? = nil,
        maxTime: Duration? = nil,
        writeConcern: MongoWriteConcern? = nil
    ) {
        self.collation = collation
        self.hint = hint
        self.variables = variables
        self.comment = comment
        self.maxTime = maxTime
        self.writeConcern = writeConcern
    }
}

extension MongoDeleteOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try self.collation?.check()
        try self.hint?.check()
        try OptionRules.positive("maxTime", self.maxTime)
    }

    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if let collation { try arguments.append("collation", collation.document) }
        if let hint { try arguments.append("hint", value: hint.value) }
        if let variables { try arguments.append("let", variables) }
        if let comment { try arguments.append("comment", value: comment) }
        if let writeConcern { try arguments.append("writeConcern", writeConcern.document) }
    }
}
