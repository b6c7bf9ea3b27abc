extension TLSConfiguration {
    /// Where the certificates come from that need no further signature to be believed.
    ///
    /// Any certificate may be given, also an intermediate or the server's own: a chain ends at the first that is found
    /// here.
    public enum TrustRoots: Sendable, Hashable {
        /// OpenSSL's default file and folder; the variables `SSL_CERT_FILE` and `SSL_CERT_DIR` replace them.
        case systemDefault
        /// The path of a PEM file with one or more certificates.
        case file(String)
        /// The text of one or more certificates in PEM.
        case pem(String)
    }
}
