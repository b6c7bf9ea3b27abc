import COpenSSL
import TestKit

/// What test servers share: certificate, versions, and whether they ask for a client's certificate.
final class TLSTestServerContext: Sendable {
    struct Settings {
        var identity: TestCertificates.Identity
        /// Who must have signed the client's certificate; nil asks for none.
        var clientAuthorityFile: String?
        var versions = TLS1_2_VERSION...TLS1_3_VERSION
    }

    struct Failure: Error {
        let call: String
    }

    /// Unchecked: an `SSL_CTX` may be used by all threads once it is set up.
    private struct Handle: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private let handle: Handle

    init(_ settings: Settings) throws {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw Failure(call: "SSL_CTX_new") }
        self.handle = Handle(raw: context)
        guard
            copenssl_shim_set_min_proto_version(context, settings.versions.lowerBound) == 1,
            copenssl_shim_set_max_proto_version(context, settings.versions.upperBound) == 1,
            SSL_CTX_use_certificate_chain_file(context, settings.identity.certificateFile) == 1,
            SSL_CTX_use_PrivateKey_file(context, settings.identity.keyFile, SSL_FILETYPE_PEM) == 1
        else { throw Failure(call: "set up") }
        // Clients do not resume, so what a cache kept would look like a leak.
        copenssl_shim_disable_session_cache(context)
        guard let file = settings.clientAuthorityFile else { return }
        guard SSL_CTX_load_verify_file(context, file) == 1 else { throw Failure(call: "load_verify_file") }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }

    deinit {
        SSL_CTX_free(self.handle.raw)
    }

    func makeSession() -> OpaquePointer? {
        SSL_new(self.handle.raw)
    }
}
