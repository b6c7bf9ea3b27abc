/// Why bytes are not a message of the protocol.
struct WireError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, without the bytes themselves.
    let description: String

    static let truncated = WireError(description: "the message ends too early")
    static let badLength = WireError(description: "a length is negative or beyond the message")
    static let tooManyElements = WireError(description: "the message has too many array elements")
    static let tooLong = WireError(description: "a value is too long to be sent")
}
