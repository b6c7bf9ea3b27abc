import Glibc

/// A system call about a socket that failed, or took too long.
public struct SocketFailure: Error, Sendable, CustomStringConvertible {
    /// The system's number; `ETIMEDOUT` when a deadline passed.
    public let number: Int32
    private let call: String

    /// The failure of `call`, by default with the current `errno`.
    public init(_ call: String, number: Int32? = nil) {
        self.number = number ?? errno
        self.call = call
    }

    /// Call and reason.
    public var description: String {
        "\(self.call): \(String(cString: strerror(self.number)))"
    }
}
