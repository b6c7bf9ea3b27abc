/// Why a text is not the JSON that was expected, and where.
package struct JSONParseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The offset in bytes, from 0, of the byte that breaks the rule; the length of the text when it ends too early.
    package var position: Int
    /// The rule, in words; it never repeats what the text holds.
    package var reason: String

    /// Creates an error.
    package init(position: Int, reason: String) {
        self.position = position
        self.reason = reason
    }

    package var description: String {
        "invalid JSON at byte \(self.position): \(self.reason)"
    }
}
