/// How a TLS client proves who it is, and whom it believes.
///
/// A value without effects: `TLSContext` reads the files and finds the mistakes.
public struct TLSConfiguration: Sendable, Equatable {
    /// Which certificates are believed without a further signature.
    public var trustRoots: TrustRoots
    /// The path of a PEM file with the client's certificate first, then its intermediates; `nil` for no certificate.
    public var certificateChainFile: String?
    /// The path of a PEM file with the private key of that certificate.
    public var privateKeyFile: String?
    /// The passphrase of an encrypted private key; not shown by `description`.
    public var privateKeyPassphrase: String?
    /// What a server's certificate must prove.
    public var verification: Verification
    /// The name to ask for and to expect in the certificate, instead of the host that is connected to.
    ///
    /// A DNS name is sent to the server (SNI); an IP address is compared with the certificate's IP addresses only.
    public var serverName: String?
    /// The oldest version that is accepted.
    public var minimumVersion: TLSVersion
    /// The newest version that is offered.
    public var maximumVersion: TLSVersion
    /// The ciphers of TLS 1.2 in OpenSSL's notation, such as `ECDHE+AESGCM`; `nil` for OpenSSL's choice.
    public var cipherList: String?
    /// The cipher suites of TLS 1.3, separated by colons, such as `TLS_AES_128_GCM_SHA256`; `nil` for OpenSSL's choice.
    public var cipherSuites: String?

    /// A client without a certificate that believes the roots of the system and checks everything.
    public init() {
        self.trustRoots = .systemDefault
        self.verification = .fullVerification
        self.minimumVersion = .tls12
        self.maximumVersion = .tls13
    }
}
