import COpenSSL

/// A failure inside OpenSSL.
public struct OpenSSLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure, to be switched on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case unavailableAlgorithm
            case operationFailed
            case invalidConfiguration
            case certificateRejected
            case handshakeFailed
            case peerAlert
            case protocolViolation
            case truncated
            case closed
        }

        private let kind: Kind

        /// This OpenSSL, as it is built and configured, does not offer the algorithm.
        public static let unavailableAlgorithm = Code(kind: .unavailableAlgorithm)
        /// A call failed, as a rule for want of memory.
        public static let operationFailed = Code(kind: .operationFailed)
        /// A TLS setting, or a file that it names, cannot be used; to try again does not help.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// The peer's certificate is not trusted, not valid now, or for another host.
        public static let certificateRejected = Code(kind: .certificateRejected)
        /// Both sides found no common version or cipher, or the peer does not speak TLS.
        public static let handshakeFailed = Code(kind: .handshakeFailed)
        /// The peer ended the TLS session with an alert, as it does when it rejects our certificate.
        public static let peerAlert = Code(kind: .peerAlert)
        /// What was received is not valid TLS: damaged, forged, or of another protocol.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// The connection ended before the peer said that it would: the last data may be missing.
        public static let truncated = Code(kind: .truncated)
        /// The TLS session was shut down before the call.
        public static let closed = Code(kind: .closed)

        /// The name of the code, a stable and short label.
        public var description: String { self.kind.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// The failed call and OpenSSL's reason; never data or keys.
    public var message: String

    /// The code and the message.
    public var description: String { "OpenSSLError \(self.code): \(self.message)" }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The error of the failed `call`; takes the reasons from this thread's error queue, and empties it.
    init(_ code: Code, call: String) {
        var reasons: [String] = []
        while case let number = ERR_get_error(), number != 0 {
            var text = [CChar](repeating: 0, count: 256)
            ERR_error_string_n(number, &text, text.count)
            reasons.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        self.code = code
        self.message = reasons.isEmpty ? call : "\(call): \(reasons.joined(separator: "; "))"
    }
}
