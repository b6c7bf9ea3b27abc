import COpenSSL

extension TLSContext {
    static func loadTrustRoots(
        _ configuration: TLSConfiguration,
        into context: OpaquePointer
    ) throws(OpenSSLError) {
        switch configuration.trustRoots {
        case .systemDefault:
            // Reads lazily or not at all where there are none; the handshake then fails for want of an issuer.
            guard SSL_CTX_set_default_verify_paths(context) == 1 else { throw .invalid("trustRoots of the system") }
        case .file(let path):
            guard SSL_CTX_load_verify_file(context, path) == 1 else { throw .invalid("trustRoots file \(path)") }
        case .pem(let text):
            try self.addTrustRoots(pem: text, to: context)
        }
        // Whoever names an intermediate or the server's own certificate as a root means it.
        let parameters = SSL_CTX_get0_param(context)
        guard X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN)) == 1 else {
            throw OpenSSLError(.operationFailed, call: "X509_VERIFY_PARAM_set_flags")
        }
    }

    private static func addTrustRoots(pem text: String, to context: OpaquePointer) throws(OpenSSLError) {
        let bytes = Array(text.utf8)
        var count = 0
        // The BIO reads from `bytes`, which live until it is freed.
        let isAdded = bytes.withUnsafeBytes { buffer in
            guard let bio = BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return false }
            defer { BIO_free(bio) }
            while let certificate = PEM_read_bio_X509(bio, nil, refusePassphrase, nil) {
                defer { X509_free(certificate) }
                guard X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1 else { return false }
                count += 1
            }
            // The end of the text is the one expected reason to stop.
            let last = ERR_peek_last_error()
            return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE
        }
        guard isAdded else { throw .invalid("trustRoots PEM text, certificate \(count + 1)") }
        ERR_clear_error()
        guard count > 0 else { throw .invalid("trustRoots PEM text holds no certificate") }
    }

    static func loadClientCertificate(
        _ configuration: TLSConfiguration,
        into context: OpaquePointer
    ) throws(OpenSSLError) {
        // Without this OpenSSL would ask for a passphrase on the terminal, and wait.
        SSL_CTX_set_default_passwd_cb(context, refusePassphrase)
        switch (configuration.certificateChainFile, configuration.privateKeyFile) {
        case (nil, nil):
            return
        case (nil, _):
            throw OpenSSLError(.invalidConfiguration, "privateKeyFile without certificateChainFile")
        case (_, nil):
            throw OpenSSLError(.invalidConfiguration, "certificateChainFile without privateKeyFile")
        case (let chain?, let key?):
            guard SSL_CTX_use_certificate_chain_file(context, chain) == 1 else {
                throw .invalid("certificateChainFile \(chain)")
            }
            try self.loadPrivateKey(key, passphrase: configuration.privateKeyPassphrase, into: context)
            guard SSL_CTX_check_private_key(context) == 1 else {
                throw .invalid("privateKeyFile \(key) is not the key of certificateChainFile \(chain)")
            }
        }
    }

    private static func loadPrivateKey(
        _ path: String,
        passphrase: String?,
        into context: OpaquePointer
    ) throws(OpenSSLError) {
        guard let bio = BIO_new_file(path, "r") else { throw .invalid("privateKeyFile \(path)") }
        defer { BIO_free(bio) }
        var secret = Passphrase(bytes: passphrase.map { Array($0.utf8) })
        let key = withUnsafeMutablePointer(to: &secret) { PEM_read_bio_PrivateKey(bio, nil, givePassphrase, $0) }
        guard let key else {
            guard secret.isAsked else { throw .invalid("privateKeyFile \(path)") }
            let hint = passphrase == nil ? "is encrypted, without privateKeyPassphrase" : "with privateKeyPassphrase"
            throw .invalid("privateKeyFile \(path) \(hint)")
        }
        defer { EVP_PKEY_free(key) }
        // A key of another kind than the certificate's is refused here already.
        guard SSL_CTX_use_PrivateKey(context, key) == 1 else {
            throw .invalid("privateKeyFile \(path) is not the key of certificateChainFile")
        }
    }
}

/// What `givePassphrase` gives; lives on the stack of the call that reads the key.
private struct Passphrase {
    let bytes: [UInt8]?
    var isAsked = false
}

/// OpenSSL → Swift, inside `PEM_read_bio_PrivateKey`: copies the passphrase; fails without one, or if it does not fit.
private func givePassphrase(
    buffer: UnsafeMutablePointer<CChar>?,
    size: Int32,
    _: Int32,
    context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let buffer, let passphrase = context?.assumingMemoryBound(to: Passphrase.self) else { return -1 }
    passphrase.pointee.isAsked = true
    guard let bytes = passphrase.pointee.bytes, bytes.count <= size else { return -1 }
    UnsafeMutableRawPointer(buffer).copyMemory(from: bytes, byteCount: bytes.count)
    return Int32(bytes.count)
}

/// OpenSSL → Swift, while a PEM file is read: there is no passphrase.
private func refusePassphrase(
    _: UnsafeMutablePointer<CChar>?,
    _: Int32,
    _: Int32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    -1
}
