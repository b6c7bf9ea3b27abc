/// Why bytes could not be compressed or decompressed.
public struct GzipError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String, Sendable {
            case corrupt
            case truncated
            case tooLarge
            case outOfMemory
        }

        private let value: Value

        /// The input is no gzip, or a checksum does not match.
        public static let corrupt = Code(value: .corrupt)
        /// The input ends before its last member does.
        public static let truncated = Code(value: .truncated)
        /// The output would exceed the limit given, or the input is larger than zlib takes in one piece (4 GiB).
        public static let tooLarge = Code(value: .tooLarge)
        /// zlib could not get memory.
        public static let outOfMemory = Code(value: .outOfMemory)

        /// The name of the code.
        public var description: String { self.value.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// A text for people; never holds any of the bytes.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "gzip \(self.code): \(self.message)" }
}
