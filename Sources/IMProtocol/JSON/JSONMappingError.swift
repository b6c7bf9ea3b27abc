/// A JSON value that does not fit the message it is read into.
package struct JSONMappingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where: the names of fields with the indices of lists, such as `users[2].userID`; empty for the whole value.
    package var path: String
    /// What should have been there.
    package var expected: String
    /// What was there, by kind; never the value itself, which may be a secret.
    package var found: String

    /// Creates an error.
    package init(path: String, expected: String, found: String) {
        self.path = path
        self.expected = expected
        self.found = found
    }

    package var description: String {
        "\(self.path.isEmpty ? "the value" : self.path): expected \(self.expected), found \(self.found)"
    }
}
