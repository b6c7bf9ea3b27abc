/// Everything that is wrong with the configuration, in one message.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line a problem, each with file, key and rule; never the value of a secret.
    public var problems: [String]

    /// Creates an error from its problems.
    public init(_ problems: [String]) {
        self.problems = problems
    }

    /// All problems, a line each.
    public var description: String {
        self.problems.count == 1
            ? "configuration: \(self.problems[0])"
            : "configuration: \(self.problems.count) problems\n"
                + self.problems.map { "  \($0)" }.joined(separator: "\n")
    }
}
