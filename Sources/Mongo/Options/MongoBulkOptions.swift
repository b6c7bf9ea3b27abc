/// How a number of writes is made.
public struct MongoBulkOptions: Sendable, Hashable {
    /// Values that expressions can use as `$$name` (`let` of the command).
    public var variables: BSONDocument?
    /// A note that shows in the log and the profiler of the server.
    public var comment: BSONValue?
    /// When the write counts as done; nil as the client has it.
    public var writeConcern: MongoWriteConcern?
    /// Whether documents may break the collection's validator.
    public var bypassesValidation: Bool

    /// As client and server have it.
    public init(
        variables: BSONDocument? = nil,
        comment: BSONValue? = nil,
        writeConcern: MongoWriteConcern? = nil,
        bypassesValidation: Bool = false
    ) {
        self.variables = variables
        self.comment = comment
        self.writeConcern = writeConcern
        self.bypassesValidation = bypassesValidation
    }
}

extension MongoBulkOptions {
    /// Appends them in the form of libmongoc.
    func append(to arguments: borrowing MongocArguments) throws(MongoError) {
        if let variables { try arguments.append("let", variables) }
        if let comment { try arguments.append("comment", value: comment) }
        if let writeConcern { try arguments.append("writeConcern", writeConcern.document) }
    }
}
