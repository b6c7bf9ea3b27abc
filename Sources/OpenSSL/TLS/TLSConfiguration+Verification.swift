extension TLSConfiguration {
    /// What a server's certificate must prove.
    public enum Verification: String, Sendable, Hashable, CaseIterable {
        /// That a trusted authority signed it, that it is valid now, and that it is for this host name or IP address.
        ///
        /// Only subject alternative names count (RFC 9525, section 6.3), never the common name.
        case fullVerification
        /// That a trusted authority signed it and that it is valid now, for whichever host.
        ///
        /// Anyone whom the authority gave a certificate can pose as the server: for private authorities only.
        case noHostnameVerification
        /// Nothing: encryption without knowing to whom, which does not stop an active attacker. For tests.
        case none
    }
}
