import COpenSSL

/// What the TLS sessions of a client share: trusted certificates, its own certificate and key, versions, ciphers.
///
/// Make one per configuration and keep it: sessions of all threads may use it at once. Changed files are seen by a new
/// context only.
public final class TLSContext: Sendable {
    /// Unchecked: an `SSL_CTX` may be used by all threads once it is set up (OpenSSL manual, openssl-threads), and
    /// nothing changes it after `init`.
    private struct Handle: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private let handle: Handle
    /// The configuration that it was made from.
    public let configuration: TLSConfiguration

    /// Reads the files of `configuration` and checks its settings.
    ///
    /// Does file I/O, some milliseconds for the roots of a system: not for the threads of Swift concurrency.
    ///
    /// - Parameter configuration: the settings.
    /// - Throws: `.invalidConfiguration` with the setting or file at fault and OpenSSL's reason; `.operationFailed`
    ///   without memory.
    public init(_ configuration: TLSConfiguration) throws(OpenSSLError) {
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw OpenSSLError(.operationFailed, call: "SSL_CTX_new")
        }
        self.handle = Handle(raw: context)
        self.configuration = configuration
        // The object is complete, so `deinit` frees the handle when one of these throws.
        try Self.setProtocol(configuration, of: context)
        try Self.loadTrustRoots(configuration, into: context)
        try Self.loadClientCertificate(configuration, into: context)
    }

    deinit {
        SSL_CTX_free(self.handle.raw)
    }

    /// Calls `body` with the `SSL_CTX`, to be used inside `body` only, and not to be changed.
    func withHandle<Value: ~Copyable>(_ body: (OpaquePointer) -> Value) -> Value {
        body(self.handle.raw)
    }

    private static func setProtocol(
        _ configuration: TLSConfiguration,
        of context: OpaquePointer
    ) throws(OpenSSLError) {
        guard configuration.minimumVersion <= configuration.maximumVersion else {
            throw OpenSSLError(.invalidConfiguration, "minimumVersion is above maximumVersion")
        }
        guard copenssl_shim_set_min_proto_version(context, configuration.minimumVersion.code) == 1 else {
            throw .invalid("minimumVersion \(configuration.minimumVersion)")
        }
        guard copenssl_shim_set_max_proto_version(context, configuration.maximumVersion.code) == 1 else {
            throw .invalid("maximumVersion \(configuration.maximumVersion)")
        }
        if let list = configuration.cipherList, SSL_CTX_set_cipher_list(context, list) != 1 {
            throw .invalid("cipherList \(list)")
        }
        if let suites = configuration.cipherSuites, SSL_CTX_set_ciphersuites(context, suites) != 1 {
            throw .invalid("cipherSuites \(suites)")
        }
        // A renegotiation could change the peer in the middle of a session; TLS 1.3 has none.
        copenssl_shim_disable_renegotiation(context)
        // Sessions are not resumed: connections live long, and a cached session would hold its certificates.
        copenssl_shim_disable_session_cache(context)
        copenssl_shim_release_buffers(context)
    }
}
