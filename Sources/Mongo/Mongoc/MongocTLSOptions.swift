import CMongoc

/// The options for TLS of a connection string, in the form that libmongoc's TLS streams take.
struct MongocTLSOptions: ~Copyable {
    private let certificateFile: String?
    private let certificatePassword: String?
    private let authorityFile: String?
    private let allowsAnyCertificate: Bool
    private let allowsAnyHost: Bool

    init(_ uri: OpaquePointer) {
        func text(_ name: String) -> String? {
            mongoc_uri_get_option_as_utf8(uri, name, nil).map { String(cString: $0) }
        }
        func flag(_ name: String) -> Bool {
            mongoc_uri_get_option_as_bool(uri, name, false)
        }
        let isInsecure = flag(MONGOC_URI_TLSINSECURE)
        self.certificateFile = text(MONGOC_URI_TLSCERTIFICATEKEYFILE)
        self.certificatePassword = text(MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD)
        self.authorityFile = text(MONGOC_URI_TLSCAFILE)
        self.allowsAnyCertificate = isInsecure || flag(MONGOC_URI_TLSALLOWINVALIDCERTIFICATES)
        self.allowsAnyHost = isInsecure || flag(MONGOC_URI_TLSALLOWINVALIDHOSTNAMES)
    }

    /// Calls `body` with the options, valid inside it only.
    borrowing func with<Result>(_ body: (UnsafeMutablePointer<mongoc_ssl_opt_t>) -> Result) -> Result {
        var options = mongoc_ssl_opt_get_default().pointee
        options.weak_cert_validation = self.allowsAnyCertificate
        options.allow_invalid_hostname = self.allowsAnyHost
        return Self.withText(self.certificateFile) { certificateFile in
            Self.withText(self.certificatePassword) { certificatePassword in
                Self.withText(self.authorityFile) { authorityFile in
                    options.pem_file = certificateFile
                    options.pem_pwd = certificatePassword
                    options.ca_file = authorityFile
                    return body(&options)
                }
            }
        }
    }

    private static func withText<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let text else { return body(nil) }
        return text.withCString(body)
    }
}
