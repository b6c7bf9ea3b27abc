/// What can go wrong in a call to PostgreSQL.
///
/// Holds no parameter values: the server's detail is kept only where it cannot quote them, and messages about refused
/// values are replaced (see `PostgresError+Server.swift`).
public struct PostgresError: Error, Sendable {
    /// What happened, for callers to switch on.
    public var code: Code
    /// A sentence for people.
    public var message: String
    /// The five characters of the server's error code, if the server reported the error.
    public var sqlState: String?
    /// The violated constraint, if any.
    public var constraint: String?
    /// The table that the error is about, if any.
    public var table: String?
    /// The column that the error is about, if any.
    public var column: String?
    /// The server's detail where it is free of parameter values.
    public var detail: String?
    /// Where in the text of the statement the error is, in characters from 1; of a statement with parameters, in its text
    /// with placeholders.
    public var position: Int?
    /// The server's word for how bad it is: `ERROR`, `FATAL` (the session ended) or `PANIC` (all sessions ended).
    public var severity: String?
    /// The error below this one, such as why no connection could be opened.
    public var cause: (any Error)?
    /// Whether the change may have happened although the call failed; the caller has to find out before repeating it.
    public var mayHaveBeenApplied: Bool
    /// A prepared statement does not fit the tables any more, and has to be prepared anew.
    var isStalePlan = false

    /// An error of the driver itself.
    public init(
        _ code: Code,
        _ message: String,
        cause: (any Error)? = nil,
        mayHaveBeenApplied: Bool = false
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.mayHaveBeenApplied = mayHaveBeenApplied
    }

    /// Whether the same call, made again, can succeed without anything else being changed first.
    ///
    /// For a transaction this means the whole transaction. Look at `mayHaveBeenApplied` too before repeating a change.
    public var isRetriable: Bool {
        self.code.isRetriable
    }
}

extension PostgresError: CustomStringConvertible {
    /// Code, message, and the names that the server gave.
    public var description: String {
        var text = "\(self.code): \(self.message)"
        let fields = [
            ("SQLSTATE", self.sqlState), ("constraint", self.constraint), ("table", self.table),
            // The message of a decoding error begins with it.
            ("column", self.code == .decoding ? nil : self.column),
            ("detail", self.detail), ("position", self.position.map { "\($0)" }),
        ]
        for case (let name, let value?) in fields {
            text += ", \(name) \(value)"
        }
        if self.mayHaveBeenApplied {
            text += ", may have been applied"
        }
        if let cause {
            text += " (\(cause))"
        }
        return text
    }
}
