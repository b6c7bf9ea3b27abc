/// How a command is run.
public struct MongoCommandOptions: Sendable, Hashable {
    /// Which members may answer; nil as the client has it for `.read`, else the primary.
    ///
    /// Not for `.write`.
    public var readPreference: MongoReadPreference?
    /// Which data a read may return; nil as `MongoCommandSemantics` says.
    public var readConcern: MongoReadConcern?
    /// When a write counts as done; nil as `MongoCommandSemantics` says.
    public var writeConcern: MongoWriteConcern?
    /// How long the server may work on it; the call's deadline counts too.
    ///
    /// A command that has a `maxTimeMS` keeps its own.
    public var maxTime: Duration?

    /// As `MongoCommandSemantics` says.
    public init(
        readPreference: MongoReadPreference? = nil,
        readConcern: MongoReadConcern? = nil,
        writeConcern: MongoWriteConcern? = nil,
        maxTime: Duration? = nil
    ) {
        self.readPreference = readPreference
        self.readConcern = readConcern
        self.writeConcern = writeConcern
        self.maxTime = maxTime
    }
}

extension MongoCommandOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check(_ semantics: MongoCommandSemantics) throws(MongoError) {
        try OptionRules.positive("maxTime", self.maxTime)
        try self.readPreference?.check()
        if semantics == .write, self.readPreference != nil || self.readConcern != nil {
            throw MongoError(.invalidArgument, "readPreference, readConcern: not for commands that write")
        }
        if semantics == .read, self.writeConcern != nil {
            throw MongoError(.invalidArgument, "writeConcern: not for commands that read")
        }
    }

    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if let readConcern { try arguments.append("readConcern", readConcern.document) }
        if let writeConcern { try arguments.append("writeConcern", writeConcern.document) }
    }
}
