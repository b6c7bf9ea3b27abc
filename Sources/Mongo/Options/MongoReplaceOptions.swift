/// How a document is replaced.
///
/// The server takes no limit of time for it; the deadline of the call ends it here.
public struct MongoReplaceOptions: Sendable, Hashable {
    /// Whether to insert a document when none is found.
    public var upsert: Bool
    /// How texts are compared; nil as the collection has it.
    public var collation: MongoCollation?
    /// The index to use; nil leaves the choice to the server.
    public var hint: MongoIndexHint?
    /// Values that expressions can use as `$$name` (`let` of the command).
    public var variables: BSONDocument?
    /// A note that shows in the log and the profiler of the server.
    public var comment: BSONValue?
    /// When the write counts as done; nil as the client has it.
    public var writeConcern: MongoWriteConcern?
    /// Whether documents may break the collection's validator.
    public var bypassesValidation: Bool

    /// Without upsert, as client and server have it.
    public init(
        upsert: Bool = false,
        collation: MongoCollation? = nil,
        hint: MongoIndexHint? = nil,
        variables: BSONDocument? = nil,
        comment: BSONValue? = nil,
        writeConcern: MongoWriteConcern? = nil,
        bypassesValidation: Bool = false
    ) {
        self.upsert = upsert
        self.collation = collation
        self.hint = hint
        self.variables = variables
        self.comment = comment
        self.writeConcern = writeConcern
        self.bypassesValidation = bypassesValidation
    }

    /// Inserts the document when none is found.
    public static let upsert = MongoReplaceOptions(upsert: true)
}

extension MongoReplaceOptions {
    /// - Throws: `.invalidArgument` naming the option and its rule.
    func check() throws(MongoError) {
        try self.collation?.check()
        try self.hint?.check()
    }

    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if self.upsert { try arguments.append("upsert", true) }
        if let collation { try arguments.append("collation", collation.document) }
        if let hint { try arguments.append("hint", value: hint.value) }
        if let variables { try arguments.append("let", variables) }
        if let comment { try arguments.append("comment", value: comment) }
        if let writeConcern { try arguments.append("writeConcern", writeConcern.document) }
        if self.bypassesValidation { try arguments.append("bypassDocumentValidation", true) }
    }
}
