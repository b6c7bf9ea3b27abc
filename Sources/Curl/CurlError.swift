/// What went wrong with a request.
///
/// Texts never hold a header value, a body, or the query of the URL.
public struct CurlError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, to be switched on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidRequest
            case cannotConnect
            case tlsFailure
            case deadlineExceeded
            case cancelled
            case bodyTooLarge
            case transferFailed
            case queueFull
            case closed
        }

        private let kind: Kind

        /// The method, URL or a header cannot be sent.
        public static let invalidRequest = Code(kind: .invalidRequest)
        /// The name does not resolve, or nobody answers at the address.
        public static let cannotConnect = Code(kind: .cannotConnect)
        /// The server could not prove who it is, or speaks no common TLS.
        public static let tlsFailure = Code(kind: .tlsFailure)
        /// The deadline passed before the response was complete.
        public static let deadlineExceeded = Code(kind: .deadlineExceeded)
        /// The waiting task was cancelled.
        public static let cancelled = Code(kind: .cancelled)
        /// The response is longer than allowed.
        public static let bodyTooLarge = Code(kind: .bodyTooLarge)
        /// The transfer broke off, or the response is not HTTP.
        public static let transferFailed = Code(kind: .transferFailed)
        /// As many requests as allowed are waiting already.
        public static let queueFull = Code(kind: .queueFull)
        /// `CurlClient.run()` does not run.
        public static let closed = Code(kind: .closed)

        /// The name of the code, a stable and short label.
        public var description: String { self.kind.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// A text for people.
    public var message: String
    /// The `CURLcode`, if libcurl reported the failure.
    public var curlCode: Int?
    /// Whether the server may have received the request; `false` only when it is certain that it has not.
    public var mayHaveBeenApplied: Bool

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: the kind of failure.
    ///   - message: a text for people, free of secrets.
    ///   - curlCode: the `CURLcode`.
    ///   - mayHaveBeenApplied: whether the server may have received the request.
    public init(_ code: Code, _ message: String, curlCode: Int? = nil, mayHaveBeenApplied: Bool = false) {
        self.code = code
        self.message = message
        self.curlCode = curlCode
        self.mayHaveBeenApplied = mayHaveBeenApplied
    }

    /// Whether the same request may succeed later without anything being repaired by hand.
    public var isRetryable: Bool {
        switch self.code {
        case .cannotConnect, .deadlineExceeded, .transferFailed, .queueFull: true
        default: false
        }
    }

    /// The code and the message.
    public var description: String {
        let applied = self.mayHaveBeenApplied ? " (may have been applied)" : ""
        return "CurlError \(self.code): \(self.message)\(applied)"
    }
}
