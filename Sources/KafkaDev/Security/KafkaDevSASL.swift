/// Who may use the broker: clients prove a user name and a password before anything else.
public struct KafkaDevSASL: Sendable, Hashable {
    /// How a password is proved.
    public enum Mechanism: String, Sendable, Hashable, CaseIterable {
        /// Sent as it is.
        case plain = "PLAIN"
        /// SCRAM with SHA-256.
        case scramSHA256 = "SCRAM-SHA-256"
        /// SCRAM with SHA-512.
        case scramSHA512 = "SCRAM-SHA-512"
    }

    /// A file with a line `name:password` for each user, read when the broker starts.
    ///
    /// Empty lines and those that begin with `#` are passed over.
    public var userFile: String
    /// What is offered, in this order; at least one.
    public var mechanisms: [Mechanism]

    /// Users of `userFile`, with all mechanisms or some.
    public init(userFile: String, mechanisms: [Mechanism] = Mechanism.allCases) {
        self.userFile = userFile
        self.mechanisms = mechanisms
    }
}
