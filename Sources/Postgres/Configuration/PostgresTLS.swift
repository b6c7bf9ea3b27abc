/// Files and rules of TLS, handed to libpq as they are.
///
/// Nil takes libpq's default, which for files is one below `~/.postgresql`.
public struct PostgresTLS: Sendable, Equatable {
    /// Path of the PEM file with the authorities that the server is checked against.
    public var rootCertificatePath: String?
    /// Path of the PEM file with our own certificate.
    public var certificatePath: String?
    /// Path of the PEM file with the key of our certificate; nobody else may be allowed to read it.
    public var keyPath: String?
    /// Password of the key.
    ///
    /// Never printed.
    public var keyPassword: String?
    /// Path of the PEM file with revoked certificates.
    public var revocationListPath: String?
    /// Path of the folder with revoked certificates.
    public var revocationListFolder: String?
    /// The oldest version that will do, such as `TLSv1.2`.
    public var versionMin: String?
    /// The newest version that will do.
    public var versionMax: String?
    /// Whether the server is told the host name in the clear, for proxies that need it.
    public var sendsServerName: Bool
    /// Whether SCRAM must bind to the TLS channel: `disable`, `prefer` or `require`.
    public var channelBinding: String?

    /// libpq's defaults but for what is given.
    public init(
        rootCertificatePath: String? = nil,
        certificatePath: String? = nil,
        keyPath: String? = nil,
        keyPassword: String? = nil,
        revocationListPath: String? = nil,
        revocationListFolder: String? = nil,
        versionMin: String? = nil,
        versionMax: String? = nil,
        sendsServerName: Bool = true,
        channelBinding: String? = nil
    ) {
        self.rootCertificatePath = rootCertificatePath
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.keyPassword = keyPassword
        self.revocationListPath = revocationListPath
        self.revocationListFolder = revocationListFolder
        self.versionMin = versionMin
        self.versionMax = versionMax
        self.sendsServerName = sendsServerName
        self.channelBinding = channelBinding
    }

    /// The options of libpq.
    var options: [(String, String)] {
        let given = [
            ("sslrootcert", self.rootCertificatePath), ("sslcert", self.certificatePath), ("sslkey", self.keyPath),
            ("sslpassword", self.keyPassword), ("sslcrl", self.revocationListPath),
            ("sslcrldir", self.revocationListFolder), ("ssl_min_protocol_version", self.versionMin),
            ("ssl_max_protocol_version", self.versionMax), ("channel_binding", self.channelBinding),
        ]
        return given.compactMap { name, value in value.map { (name, $0) } }
            + [("sslsni", self.sendsServerName ? "1" : "0")]
    }
}
