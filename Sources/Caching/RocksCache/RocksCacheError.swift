/// What went wrong with a call of `RocksCache`; errors of loaders come as they are.
///
/// Texts hold keys, never values.
public struct RocksCacheError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidArgument
            case store
            case deadlineExceeded
            case lockedForUpdate
            case lockLost
            case replicasMissing
            case absent
            case undecodable
        }

        private let kind: Kind

        /// An option or an argument that cannot be used.
        public static let invalidArgument = Code(kind: .invalidArgument)
        /// Redis failed; the cause is a `RedisError`.
        public static let store = Code(kind: .store)
        /// The deadline passed while a loader ran, here or elsewhere.
        public static let deadlineExceeded = Code(kind: .deadlineExceeded)
        /// Another owner holds the entry for an update.
        public static let lockedForUpdate = Code(kind: .lockedForUpdate)
        /// The update lock ended or was taken over before its owner was done; the entry is invalid, as it should be.
        public static let lockLost = Code(kind: .lockLost)
        /// The entries are tag-deleted, but fewer replicas than wanted have confirmed it.
        public static let replicasMissing = Code(kind: .replicasMissing)
        /// The entry says "known to be absent", and the caller asked for a value.
        public static let absent = Code(kind: .absent)
        /// The value has no form in bytes, or what a loader stored a moment ago cannot be read.
        public static let undecodable = Code(kind: .undecodable)

        /// The name of the code, a stable and short label.
        public var description: String { self.kind.rawValue }
    }

    /// The kind of failure, to be switched on.
    public var code: Code
    /// A text for people.
    public var message: String
    /// What led to this error, if another error did.
    public var cause: (any Error)?
    /// The keys that are concerned: of a batch those that failed.
    public var keys: [String]

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: the kind of failure.
    ///   - message: a text for people, without values.
    ///   - keys: the keys that are concerned.
    ///   - cause: what led to this error.
    public init(_ code: Code, _ message: String, keys: [String] = [], cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.keys = keys
        self.cause = cause
    }

    /// The code and the message, and what caused it.
    public var description: String {
        let cause = self.cause.map { ", caused by: \($0)" } ?? ""
        return "RocksCacheError \(self.code): \(self.message)\(cause)"
    }
}
