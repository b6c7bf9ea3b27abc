/// What a `LocalCache` itself throws; loaders' errors pass through it unchanged.
public struct LocalCacheError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidArgument
        }

        private let kind: Kind

        /// An option that cannot be used, or more links than `linksMax`; nothing was done.
        public static let invalidArgument = Self(kind: .invalidArgument)

        /// The name of the code.
        public var description: String { self.kind.rawValue }
    }

    /// The kind of failure, to be switched on.
    public var code: Code
    /// A text for people, without keys and values.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and text.
    public var description: String { "\(self.code): \(self.message)" }
}
