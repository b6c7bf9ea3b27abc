import Glibc

/// How connections are encrypted, and who is trusted.
public struct MongoTLS: Sendable, Hashable {
    /// Certificates to trust, in one PEM file; `nil` takes those of the system.
    public var caFile: String?
    /// The client's own certificate and private key, in one PEM file; `nil` when the servers ask for none.
    public var certificateKeyFile: String?
    /// The password of that key; `nil` when it is not encrypted.
    public var certificateKeyPassword: String?
    /// Whether any certificate will do, which protects against nobody who can answer for the server.
    public var allowsInvalidCertificates: Bool
    /// Whether a trusted certificate for another host will do.
    public var allowsInvalidHostnames: Bool

    /// By default: the system's authorities, no certificate of the client, everything checked.
    public init(
        caFile: String? = nil,
        certificateKeyFile: String? = nil,
        certificateKeyPassword: String? = nil,
        allowsInvalidCertificates: Bool = false,
        allowsInvalidHostnames: Bool = false
    ) {
        self.caFile = caFile
        self.certificateKeyFile = certificateKeyFile
        self.certificateKeyPassword = certificateKeyPassword
        self.allowsInvalidCertificates = allowsInvalidCertificates
        self.allowsInvalidHostnames = allowsInvalidHostnames
    }

    /// - Throws: `.invalidConfiguration`.
    func validate() throws(MongoError) {
        try Self.validate(self.caFile, "tls.caFile")
        try Self.validate(self.certificateKeyFile, "tls.certificateKeyFile")
        let needsFile = self.certificateKeyPassword != nil
        try require(
            !needsFile || self.certificateKeyFile != nil,
            "tls.certificateKeyPassword",
            "means nothing without tls.certificateKeyFile"
        )
    }

    private static func validate(_ file: String?, _ option: String) throws(MongoError) {
        guard let file else { return }
        try require(access(file, R_OK) == 0, option, "must name a file that can be read")
    }
}

extension MongoTLS: CustomStringConvertible, CustomReflectable {
    /// The files, without the password.
    public var description: String {
        "MongoTLS(caFile: \(self.caFile ?? "-"), certificateKeyFile: \(self.certificateKeyFile ?? "-"))"
    }

    /// A mirror without the password, so that `dump` and test failures do not print it.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": self.description])
    }
}
