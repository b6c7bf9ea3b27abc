/// What can go wrong in a call to MongoDB.
///
/// Its texts hold no values of documents: messages of the server are cut off where they begin to quote them.
public struct MongoError: Error, Sendable {
    /// What happened, for callers to switch on.
    public var code: Code
    /// A sentence for people.
    public var message: String
    /// The server's number for the error, if the server reported it.
    public var serverCode: Int32?
    /// The server's name for that number, if the server told it.
    public var serverCodeName: String?
    /// The server's and the driver's labels, such as `TransientTransactionError`.
    public var labels: [String]
    /// Which unique index refused which key, when `code` is `.duplicateKey`.
    public var duplicateKey: MongoDuplicateKey?
    /// The error below this one, if any.
    public var cause: (any Error)?
    /// Whether a change may have happened although the call failed; the caller has to find out before repeating it.
    public var mayHaveBeenApplied: Bool

    /// An error.
    public init(
        _ code: Code,
        _ message: String,
        serverCode: Int32? = nil,
        labels: [String] = [],
        cause: (any Error)? = nil,
        mayHaveBeenApplied: Bool = false
    ) {
        self.code = code
        self.message = message
        self.serverCode = serverCode
        self.labels = labels
        self.cause = cause
        self.mayHaveBeenApplied = mayHaveBeenApplied
    }

    /// Whether the same call, made again, can succeed without anything else being changed first.
    ///
    /// Look at `mayHaveBeenApplied` too before repeating a change.
    public var isRetriable: Bool {
        self.code.isRetriable || self.labels.contains(Self.retryableWrite)
            || self.labels.contains(Self.transientTransaction)
    }

    static let retryableWrite = "RetryableWriteError"
    static let transientTransaction = "TransientTransactionError"
    static let unknownCommitResult = "UnknownTransactionCommitResult"
}

extension MongoError: CustomStringConvertible, CustomReflectable {
    /// Code, message, the refused index with its fields, the server's number and labels.
    public var description: String {
        var text = "\(self.code): \(self.message)"
        if let duplicateKey {
            text += ", \(duplicateKey)"
        }
        if let serverCode {
            text += ", server code \(serverCode)"
        }
        if let serverCodeName {
            text += " \(serverCodeName)"
        }
        if !self.labels.isEmpty {
            text += ", labels \(self.labels.joined(separator: " "))"
        }
        if self.mayHaveBeenApplied {
            text += ", may have been applied"
        }
        if let cause {
            text += " (\(cause))"
        }
        return text
    }

    /// A mirror without values, so that `dump` and test failures do not print any.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": self.description])
    }
}
