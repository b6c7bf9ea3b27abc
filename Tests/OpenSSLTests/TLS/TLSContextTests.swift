import Foundation
import OpenSSL
import TestKit
import Testing

@Suite struct TLSContextTests {
    private func failure(
        _ change: (inout TLSConfiguration, TestCertificates) throws -> Void
    ) throws -> OpenSSLError? {
        var configuration = TLSConfiguration()
        try change(&configuration, try TestCertificates.shared())
        return tlsFailure { _ = try TLSContext(configuration) }
    }

    @Test func `the default configuration verifies everything`() throws {
        let configuration = TLSConfiguration()
        #expect(configuration.verification == .fullVerification)
        #expect(configuration.trustRoots == .systemDefault)
        #expect(configuration.minimumVersion == .tls12)
        _ = try TLSContext(configuration)
    }

    @Test func `roots can be given as text`() throws {
        let certificates = try TestCertificates.shared()
        let stranger = try String(contentsOfFile: certificates.stranger.certificateFile, encoding: .utf8)
        let authority = try String(contentsOfFile: certificates.authority.certificateFile, encoding: .utf8)
        var pair = try TLSTestPair.usual { configuration, _, _ in
            configuration.trustRoots = .pem(stranger + "\n# a comment\n" + authority)
        }
        try pair.handshake()
        #expect(pair.client.negotiatedVersion == .tls13)
    }

    @Test func `text without a certificate is refused`() throws {
        for text in ["", "no certificate"] {
            let error = try self.failure { configuration, _ in configuration.trustRoots = .pem(text) }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.message == "trustRoots PEM text holds no certificate")
        }
    }

    @Test func `a broken certificate in the text is named by its place`() throws {
        let error = try self.failure { configuration, certificates in
            let text = try String(contentsOfFile: certificates.authority.certificateFile, encoding: .utf8)
            configuration.trustRoots = .pem(
                text + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            )
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.hasPrefix("trustRoots PEM text, certificate 2: ") == true)
    }

    @Test func `a missing file is named together with its setting`() throws {
        let path = "/nonexistent/file.pem"
        let roots = try self.failure { configuration, _ in configuration.trustRoots = .file(path) }
        #expect(roots?.code == .invalidConfiguration)
        #expect(roots?.message.hasPrefix("trustRoots file \(path): ") == true)
        #expect(roots?.message.contains("No such file") == true)
        let chain = try self.failure { configuration, certificates in
            configuration.certificateChainFile = path
            configuration.privateKeyFile = certificates.client.keyFile
        }
        #expect(chain?.message.hasPrefix("certificateChainFile \(path): ") == true)
        let key = try self.failure { configuration, certificates in
            configuration.certificateChainFile = certificates.client.certificateFile
            configuration.privateKeyFile = path
        }
        #expect(key?.message.hasPrefix("privateKeyFile \(path): ") == true)
    }

    @Test func `certificate and key belong together`() throws {
        let lone = try self.failure { configuration, certificates in
            configuration.certificateChainFile = certificates.client.certificateFile
        }
        #expect(lone?.message == "certificateChainFile without privateKeyFile")
        let keyOnly = try self.failure { configuration, certificates in
            configuration.privateKeyFile = certificates.client.keyFile
        }
        #expect(keyOnly?.message == "privateKeyFile without certificateChainFile")
        let mismatch = try self.failure { configuration, certificates in
            configuration.certificateChainFile = certificates.client.certificateFile
            configuration.privateKeyFile = certificates.server.keyFile
        }
        #expect(mismatch?.code == .invalidConfiguration)
        #expect(mismatch?.message.contains("is not the key of certificateChainFile") == true)
    }

    @Test(arguments: [nil, "", "another passphrase", String(repeating: "x", count: 5000)])
    func `an encrypted key needs its passphrase, and no message shows it`(passphrase: String?) throws {
        let error = try self.failure { configuration, certificates in
            configuration.certificateChainFile = certificates.client.certificateFile
            configuration.privateKeyFile = certificates.encryptedClientKeyFile
            configuration.privateKeyPassphrase = passphrase
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("client-encrypted.key") == true)
        if let passphrase, !passphrase.isEmpty { #expect(error?.message.contains(passphrase) == false) }
    }

    @Test func `versions and ciphers are checked`() throws {
        let versions = try self.failure { configuration, _ in
            configuration.minimumVersion = .tls13
            configuration.maximumVersion = .tls12
        }
        #expect(versions?.message == "minimumVersion is above maximumVersion")
        let list = try self.failure { configuration, _ in configuration.cipherList = "NO-SUCH-CIPHER" }
        #expect(list?.message.hasPrefix("cipherList NO-SUCH-CIPHER: ") == true)
        let suites = try self.failure { configuration, _ in configuration.cipherSuites = "NO-SUCH-SUITE" }
        #expect(suites?.message.hasPrefix("cipherSuites NO-SUCH-SUITE") == true)
    }

    @Test func `a description shows neither passphrase nor certificates`() {
        var configuration = TLSConfiguration()
        configuration.privateKeyPassphrase = "top secret"
        configuration.trustRoots = .pem("certificate text")
        configuration.serverName = "redis.test"
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), "\([configuration])", dumped] {
            #expect(!text.contains("top secret"))
            #expect(!text.contains("certificate text"))
            #expect(text.contains("redis.test"))
        }
    }
}
