/// The `sslmode` of libpq, with libpq's names.
public enum PostgresSSLMode: String, Sendable, Hashable, CaseIterable {
    /// Never encrypted.
    case disable
    /// Encrypted only when the server asks for it.
    case allow
    /// Encrypted when the server can.
    case prefer
    /// Always encrypted; the server is not checked.
    case require
    /// Encrypted, and the certificate comes from a known authority.
    case verifyCA = "verify-ca"
    /// As `verifyCA`, and the certificate names the host.
    case verifyFull = "verify-full"
}
