/// Why the broker could not start or go on.
public struct KafkaDevError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case configuration
            case inUse
            case address
            case storage
        }

        private let kind: Kind

        /// A value of the configuration cannot work.
        public static let configuration = Code(kind: .configuration)
        /// Another process uses the data folder.
        public static let inUse = Code(kind: .inUse)
        /// The address cannot be listened on.
        public static let address = Code(kind: .address)
        /// A file could not be used.
        public static let storage = Code(kind: .storage)

        /// Its name.
        public var description: String { self.kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, for people.
    public let message: String
    /// What caused it.
    public let cause: (any Error)?

    init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, with the cause.
    public var description: String {
        guard let cause else { return self.message }
        return "\(self.message): \(cause)"
    }
}
