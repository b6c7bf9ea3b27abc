/// Who a client is, and how it proves that.
public struct MongoCredentials: Sendable, Hashable {
    /// A way to prove it.
    public enum Mechanism: String, Sendable, Hashable {
        /// A password, never sent; MongoDB 4.0 and later.
        case scramSHA256 = "SCRAM-SHA-256"
        /// As the other, with a hash that is out of date.
        case scramSHA1 = "SCRAM-SHA-1"
        /// The client's TLS certificate; its subject is the user.
        case x509 = "MONGODB-X509"
        /// A password that is sent as it is, for LDAP; only over TLS.
        case plain = "PLAIN"
    }

    /// How; `nil` lets the client and the server agree on a SCRAM.
    public var mechanism: Mechanism?
    /// Name of the user; for X.509 empty, or the subject of the certificate.
    public var user: String
    /// The password; empty for X.509.
    public var password: String
    /// The database that knows the user; `nil` is `admin`, or `$external` for X.509 and PLAIN.
    public var source: String?

    /// User and password.
    public init(user: String, password: String, mechanism: Mechanism? = nil, source: String? = nil) {
        self.mechanism = mechanism
        self.user = user
        self.password = password
        self.source = source
    }

    /// The client's certificate, which `MongoTLS.certificateKeyFile` names.
    public static let x509 = MongoCredentials(user: "", password: "", mechanism: .x509)

    /// - Throws: `.invalidConfiguration`.
    func validate(_ tls: MongoTLS?) throws(MongoError) {
        if self.mechanism == .x509 {
            try require(self.password.isEmpty, "credentials.password", "must be empty for X.509")
            try require(tls?.certificateKeyFile != nil, "tls.certificateKeyFile", "is needed for X.509")
        } else {
            try require(!self.user.isEmpty, "credentials.user", "must not be empty")
            try require(!self.password.isEmpty, "credentials.password", "must not be empty")
        }
        if self.mechanism == .plain {
            try require(tls != nil, "credentials.mechanism", "PLAIN sends the password as it is, so it needs tls")
        }
        try require(self.source?.isEmpty != true, "credentials.source", "must not be empty")
    }
}

extension MongoCredentials: CustomStringConvertible, CustomReflectable {
    /// The user, without the password.
    public var description: String {
        "MongoCredentials(user: \(self.user))"
    }

    /// A mirror without the password, so that `dump` and test failures do not print it.
    public var customMirror: Mirror {
        Mirror(self, children: ["user": self.user])
    }
}
