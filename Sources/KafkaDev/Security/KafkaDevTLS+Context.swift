import NIOSSL

extension KafkaDevTLS {
    /// Reads the files: what the connections share.
    ///
    /// - Throws: `KafkaDevError` with code `configuration`, which names the setting and its file.
    func makeContext() throws(KafkaDevError) -> NIOSSLContext {
        let chain = try Self.certificates("tls certificate", self.certificateFile)
        let key = try Self.read("tls key", "the PEM file of a private key without a passphrase", self.keyFile) {
            try NIOSSLPrivateKey(file: $0, format: .pem)
        }
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        settings.minimumTLSVersion = .tlsv12
        if let clientAuthorityFile {
            settings.trustRoots = .certificates(try Self.certificates("tls client ca", clientAuthorityFile))
            // A client has an address, but no name that its certificate could be held against.
            settings.certificateVerification = .noHostnameVerification
        }
        return try Self.read("tls key", "the key of the certificate in \(self.certificateFile)", self.keyFile) { _ in
            try NIOSSLContext(configuration: settings)
        }
    }

    private static func certificates(_ name: String, _ path: String) throws(KafkaDevError) -> [NIOSSLCertificate] {
        let rule = "a PEM file of certificates"
        let found = try self.read(name, rule, path) { try NIOSSLCertificate.fromPEMFile($0) }
        guard !found.isEmpty else { throw self.wrong(name, rule, path, nil) }
        return found
    }

    private static func read<Value>(
        _ name: String,
        _ rule: String,
        _ path: String,
        _ body: (String) throws -> Value
    ) throws(KafkaDevError) -> Value {
        do {
            return try body(path)
        } catch {
            throw self.wrong(name, rule, path, error)
        }
    }

    private static func wrong(_ name: String, _ rule: String, _ path: String, _ cause: (any Error)?) -> KafkaDevError {
        KafkaDevError(code: .configuration, message: "\(name) must be \(rule), got \(path)", cause: cause)
    }
}
