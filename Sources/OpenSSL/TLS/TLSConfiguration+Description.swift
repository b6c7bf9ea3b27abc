extension TLSConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The settings in one line, without the passphrase and without the text of certificates.
    public var description: String {
        let roots =
            switch self.trustRoots {
            case .systemDefault: "system default"
            case .file(let path): path
            case .pem(let text): "PEM text of \(text.utf8.count) bytes"
            }
        var parts = ["trust roots: \(roots)", "verification: \(self.verification)"]
        if let serverName { parts.append("server name: \(serverName)") }
        if let certificateChainFile { parts.append("certificate: \(certificateChainFile)") }
        if let privateKeyFile { parts.append("private key: \(privateKeyFile)") }
        if self.privateKeyPassphrase != nil { parts.append("passphrase: set") }
        parts.append("versions: \(self.minimumVersion) to \(self.maximumVersion)")
        if let cipherList { parts.append("ciphers: \(cipherList)") }
        if let cipherSuites { parts.append("cipher suites: \(cipherSuites)") }
        return "TLSConfiguration(\(parts.joined(separator: ", ")))"
    }

    /// The same as `description`.
    public var debugDescription: String { self.description }

    /// Only the description: `dump` and string interpolation of an enclosing value would show the passphrase.
    public var customMirror: Mirror {
        Mirror(self, children: ["description": self.description])
    }
}
