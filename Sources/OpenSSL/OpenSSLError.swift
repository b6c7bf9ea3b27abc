import COpenSSL

/// A failure inside OpenSSL.
public struct OpenSSLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure, to be switched on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case unavailableAlgorithm
            case operationFailed
        }

        private let kind: Kind

        /// This OpenSSL, as it is built and configured, does not offer the algorithm.
        public static let unavailableAlgorithm = Code(kind: .unavailableAlgorithm)
        /// A call failed, as a rule for want of memory.
        public static let operationFailed = Code(kind: .operationFailed)

        /// The name of the code, a stable and short label.
        public var description: String { self.kind.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// The failed call and OpenSSL's reason; never data or keys.
    public var message: String

    /// The code and the message.
    public var description: String { "OpenSSLError \(self.code): \(self.message)" }

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
