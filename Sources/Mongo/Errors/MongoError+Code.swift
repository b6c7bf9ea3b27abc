extension MongoError {
    /// The kind of a `MongoError`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case duplicateKey, network, timeout, serverSelection, notPrimary, writeConflict, writeConcern
            case authentication, unauthorized, cursorNotFound, notFound, transactionAborted, server
            case cancelled, closed, poolExhausted
            case invalidConfiguration, invalidArgument, invalidDocument, decoding, tooManyDocuments
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// A unique index holds the value already (server code 11000).
        public static let duplicateKey = Code(.duplicateKey)
        /// The connection broke, or the socket's time ran out.
        public static let network = Code(.network)
        /// The deadline passed, here or as `maxTimeMS` on the server.
        public static let timeout = Code(.timeout)
        /// No suitable server was found in time; nothing was sent.
        public static let serverSelection = Code(.serverSelection)
        /// The server is no longer the primary, or is starting or stopping.
        public static let notPrimary = Code(.notPrimary)
        /// A concurrent transaction or write changed the same document.
        public static let writeConflict = Code(.writeConflict)
        /// The write happened, but not enough members confirmed it in time.
        public static let writeConcern = Code(.writeConcern)
        /// The server refused user, password or certificate.
        public static let authentication = Code(.authentication)
        /// The user may not do this.
        public static let unauthorized = Code(.unauthorized)
        /// The server has dropped the cursor.
        public static let cursorNotFound = Code(.cursorNotFound)
        /// There is no such collection or index.
        public static let notFound = Code(.notFound)
        /// The server has ended the transaction; nothing of it was applied.
        public static let transactionAborted = Code(.transactionAborted)
        /// Any other error that the server reported; see `serverCode`.
        public static let server = Code(.server)
        /// The calling task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The client has been shut down.
        public static let closed = Code(.closed)
        /// Too many calls wait for a connection already.
        public static let poolExhausted = Code(.poolExhausted)
        /// The connection string or an option cannot be used.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// The C library refused an argument; nothing was sent.
        public static let invalidArgument = Code(.invalidArgument)
        /// Bytes that are no document, or a document that is too large or too deep.
        public static let invalidDocument = Code(.invalidDocument)
        /// A key is missing or of another type than asked for.
        public static let decoding = Code(.decoding)
        /// The answer has more documents than the bound allows.
        public static let tooManyDocuments = Code(.tooManyDocuments)

        /// A short, stable name, fit for a metric label.
        public var description: String {
            self.kind.rawValue
        }

        var isRetriable: Bool {
            switch self.kind {
            case .network, .timeout, .serverSelection, .notPrimary, .writeConflict, .writeConcern, .cursorNotFound,
                .poolExhausted, .transactionAborted:
                true
            case .duplicateKey, .authentication, .unauthorized, .notFound, .server, .cancelled, .closed,
                .invalidConfiguration, .invalidArgument, .invalidDocument, .decoding, .tooManyDocuments:
                false
            }
        }
    }
}
