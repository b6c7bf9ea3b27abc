/// A user name and a password.
///
/// Its description never shows the password.
public struct KafkaSASL: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// How the password is proved to the broker.
    public enum Mechanism: String, Sendable, Hashable, CaseIterable {
        /// Sent as it is; use TLS beside it.
        case plain = "PLAIN"
        /// SCRAM with SHA-256.
        ///
        /// Kafka 4 refuses SCRAM of librdkafka before 2.6.1, which repeats the client's nonce; Kafka 3 takes it.
        case scramSHA256 = "SCRAM-SHA-256"
        /// SCRAM with SHA-512; see `scramSHA256`.
        case scramSHA512 = "SCRAM-SHA-512"
    }

    /// How the password is proved.
    public var mechanism: Mechanism
    /// The user name.
    public var username: String
    /// The password.
    public var password: String

    /// Creates the settings.
    public init(mechanism: Mechanism = .plain, username: String, password: String) {
        self.mechanism = mechanism
        self.username = username
        self.password = password
    }

    /// Mechanism and user name.
    public var description: String {
        "\(self.mechanism.rawValue) \(self.username)"
    }

    /// The same as `description`, because reflection would show the password.
    public var debugDescription: String {
        self.description
    }

    /// What `dump` shows, without the password.
    public var customMirror: Mirror {
        Mirror(self, children: ["mechanism": self.mechanism, "username": self.username])
    }
}
