extension PostgresError {
    /// The kind of a `PostgresError`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case connectionFailed, authenticationFailed, connectionLost, poolExhausted, timeout, cancelled, closed
            case uniqueViolation, foreignKeyViolation, checkViolation, notNullViolation, exclusionViolation
            case serializationFailure, deadlock, lockNotAvailable, queryCanceled, invalidValue, unavailable, server
            case transactionAborted, transactionMisuse, commitUncertain
            case invalidQuery, tooManyRows, decoding, schemaTooNew, invalidMigrations
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// No connection could be opened; nothing was sent.
        public static let connectionFailed = Code(.connectionFailed)
        /// The server refused role, password or database.
        public static let authenticationFailed = Code(.authenticationFailed)
        /// The connection broke during the call.
        public static let connectionLost = Code(.connectionLost)
        /// Too many callers wait for a connection already.
        public static let poolExhausted = Code(.poolExhausted)
        /// The deadline passed.
        public static let timeout = Code(.timeout)
        /// The calling task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The client has been shut down.
        public static let closed = Code(.closed)
        /// A unique or primary key holds the value already (23505).
        public static let uniqueViolation = Code(.uniqueViolation)
        /// A referenced row is missing, or a row is still referenced (23503).
        public static let foreignKeyViolation = Code(.foreignKeyViolation)
        /// A check constraint does not hold (23514).
        public static let checkViolation = Code(.checkViolation)
        /// A column must not be null (23502).
        public static let notNullViolation = Code(.notNullViolation)
        /// An exclusion constraint does not hold (23P01).
        public static let exclusionViolation = Code(.exclusionViolation)
        /// The transaction met a concurrent one and must be repeated (40001).
        public static let serializationFailure = Code(.serializationFailure)
        /// The transaction was chosen to end a deadlock (40P01).
        public static let deadlock = Code(.deadlock)
        /// A lock was not free (55P03).
        public static let lockNotAvailable = Code(.lockNotAvailable)
        /// The server ended the statement, by its own time limit or an operator (57014).
        public static let queryCanceled = Code(.queryCanceled)
        /// The server could not use a value (class 22).
        public static let invalidValue = Code(.invalidValue)
        /// The server starts, stops or lacks resources (classes 53, 57, 58).
        public static let unavailable = Code(.unavailable)
        /// Any other error that the server reported; see `sqlState`.
        public static let server = Code(.server)
        /// COMMIT answered ROLLBACK, since a statement had failed and its error was swallowed.
        public static let transactionAborted = Code(.transactionAborted)
        /// A transaction was used by two tasks at once, or after its end.
        public static let transactionMisuse = Code(.transactionMisuse)
        /// COMMIT was sent and its answer is not known.
        public static let commitUncertain = Code(.commitUncertain)
        /// The query cannot be sent as it is.
        public static let invalidQuery = Code(.invalidQuery)
        /// The answer has more rows than the bound allows.
        public static let tooManyRows = Code(.tooManyRows)
        /// A column is missing, null or of another type than asked for.
        public static let decoding = Code(.decoding)
        /// The database has migrations that this program does not know.
        public static let schemaTooNew = Code(.schemaTooNew)
        /// The list of migrations is not strictly rising from 1 on, or differs from what was applied.
        public static let invalidMigrations = Code(.invalidMigrations)

        /// A short, stable name, fit for a metric label.
        public var description: String {
            self.kind.rawValue
        }

        var isRetriable: Bool {
            switch self.kind {
            case .connectionFailed, .connectionLost, .poolExhausted, .timeout, .serializationFailure, .deadlock,
                .lockNotAvailable, .unavailable, .commitUncertain:
                true
            case .authenticationFailed, .cancelled, .closed, .uniqueViolation, .foreignKeyViolation, .checkViolation,
                .notNullViolation, .exclusionViolation, .queryCanceled, .invalidValue, .server, .transactionAborted,
                .transactionMisuse, .invalidQuery, .tooManyRows, .decoding, .schemaTooNew, .invalidMigrations:
                false
            }
        }
    }
}
