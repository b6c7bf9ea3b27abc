/// TLS towards the brokers; files are PEM.
///
/// Its description never shows the password of the key.
public struct KafkaTLS: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Path of the trusted certificates, or `nil` for the system's.
    public var caFile: String?
    /// Path of the client's certificate, or `nil` for none.
    public var certificateFile: String?
    /// Path of the client's private key, or `nil` for none.
    public var keyFile: String?
    /// Password of the private key, or `nil` for none.
    public var keyPassword: String?
    /// Whether the broker's certificate goes unchecked.
    ///
    /// For tests only.
    public var insecureSkipVerify: Bool

    /// Creates the settings.
    public init(
        caFile: String? = nil,
        certificateFile: String? = nil,
        keyFile: String? = nil,
        keyPassword: String? = nil,
        insecureSkipVerify: Bool = false
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.keyPassword = keyPassword
        self.insecureSkipVerify = insecureSkipVerify
    }

    /// The paths.
    public var description: String {
        "ca \(self.caFile ?? "system"), certificate \(self.certificateFile ?? "none"), verified \(!insecureSkipVerify)"
    }

    /// The same as `description`, because reflection would show the password.
    public var debugDescription: String {
        self.description
    }

    /// What `dump` shows, without the password.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "caFile": self.caFile as Any, "certificateFile": self.certificateFile as Any,
                "keyFile": self.keyFile as Any,
                "insecureSkipVerify": self.insecureSkipVerify,
            ]
        )
    }
}
