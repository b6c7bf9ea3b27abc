extension RedisError {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case server
            case deadlineExceeded
            case cancelled
            case connectionLost
            case handshakeRefused
            case queueFull
            case closed
            case alreadyRunning
            case unexpectedReply
            case transactionConflict
            case crossSlot
            case protocolViolation
            case invalidArgument
            case system
        }

        private let kind: Kind

        /// The server answered with an error; the message is its text.
        public static let server = Code(kind: .server)
        /// The deadline passed before the reply came.
        public static let deadlineExceeded = Code(kind: .deadlineExceeded)
        /// The waiting task was cancelled.
        public static let cancelled = Code(kind: .cancelled)
        /// The connection broke, or could not be made.
        public static let connectionLost = Code(kind: .connectionLost)
        /// The server refused to let this client in: wrong password, unknown user, unknown database.
        public static let handshakeRefused = Code(kind: .handshakeRefused)
        /// As many commands or bytes as allowed are waiting already.
        public static let queueFull = Code(kind: .queueFull)
        /// `RedisClient.run()` has ended.
        public static let closed = Code(kind: .closed)
        /// `RedisClient.run()` was called a second time.
        public static let alreadyRunning = Code(kind: .alreadyRunning)
        /// The reply has another type than the caller expected.
        public static let unexpectedReply = Code(kind: .unexpectedReply)
        /// A watched key changed before `EXEC`, so the transaction was not carried out.
        public static let transactionConflict = Code(kind: .transactionConflict)
        /// The keys of one command, or of one transaction, lie in several slots of a cluster; nothing was sent.
        public static let crossSlot = Code(kind: .crossSlot)
        /// The server sent bytes that are not RESP2, or a reply that nobody asked for.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// The command cannot be sent on a shared connection, or has no name.
        public static let invalidArgument = Code(kind: .invalidArgument)
        /// The operating system refused a thread, a socket or memory.
        public static let system = Code(kind: .system)

        /// The name of the code, a stable and short label.
        public var description: String { self.kind.rawValue }
    }
}
