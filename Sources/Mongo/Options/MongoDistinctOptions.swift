/// How the values of a field are collected.
public struct MongoDistinctOptions: Sendable, Hashable {
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

    /// As client and server have it.
    public init(
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil,
        comment: BSONValue? = nil,
        maxTime: Duration? = nil,
        readConcern: MongoReadConcern? = nil,
        readPreference: MongoReadPreference? = nil
    ) {
        self.collation = collation
        self.hint = hint
        self.comment = comment
        self.maxTime = maxTime
        self.readConcern = readConcern
        self.readPreference = readPreference
    }
}

extension MongoDistinctOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try self.collation?.check()
        try self.hint?.check()
        try OptionRules.positive("maxTime", self.maxTime)
        try self.readPreference?.check()
    }

    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if let collation { try arguments.append("collation", collation.document) }
        if let hint { try arguments.append("hint", value: hint.value) }
        if let comment { try arguments.append("comment", value: comment) }
        if let readConcern { try arguments.append("readConcern", readConcern.document) }
    }
}
