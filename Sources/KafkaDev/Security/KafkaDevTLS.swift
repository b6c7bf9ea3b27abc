/// TLS on the broker's port; files are PEM, and read when the broker starts.
public struct KafkaDevTLS: Sendable, Hashable {
    /// The broker's certificate, followed by those that lead to its authority.
    public var certificateFile: String
    /// The private key of the first certificate, without a passphrase.
    public var keyFile: String
    /// The authorities of clients, each of which must then have a certificate; nil asks for none.
    public var clientAuthorityFile: String?

    /// TLS with this certificate and key.
    public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientAuthorityFile = clientAuthorityFile
    }
}
