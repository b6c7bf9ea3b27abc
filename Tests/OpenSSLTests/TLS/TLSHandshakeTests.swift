import COpenSSL
import OpenSSL
import TestKit
import Testing

@Suite struct TLSHandshakeTests {
    private static let versions = [(TLS1_2_VERSION, TLSVersion.tls12), (TLS1_3_VERSION, TLSVersion.tls13)]

    @Test(arguments: versions) func `client and server agree on a version and talk`(
        code: Int32,
        version: TLSVersion
    ) throws {
        var pair = try TLSTestPair.usual { _, settings, _ in settings.versions = code...code }
        #expect(pair.client.negotiatedVersion == nil)
        #expect(pair.client.negotiatedCipher == nil)
        try pair.handshake()
        #expect(pair.client.negotiatedVersion == version)
        #expect(pair.client.negotiatedCipher != nil)
        #expect(pair.server.serverName == "localhost")
        #expect(try pair.write("ping".utf8) == 4)
        pair.server.receive(pair.takeOutput())
        #expect(pair.server.received == Array("ping".utf8))
        try pair.server.write(Array("pong".utf8))
        try pair.feed(pair.server.takeOutput())
        #expect(pair.received == Array("pong".utf8))
    }

    @Test(arguments: versions) func `the handshake works byte by byte`(code: Int32, version: TLSVersion) throws {
        var pair = try TLSTestPair.usual { _, settings, _ in settings.versions = code...code }
        try pair.handshake(chunkBytesMax: 1)
        #expect(pair.client.negotiatedVersion == version)
        try pair.server.write(Array("pong".utf8))
        try pair.feed(pair.server.takeOutput(), chunkBytesMax: 1)
        #expect(pair.received == Array("pong".utf8))
    }

    @Test func `nothing is written before the handshake has finished`() throws {
        let pair = try TLSTestPair.usual()
        #expect(try pair.write("ping".utf8) == 0)
        pair.client.shutdown()
        #expect(pair.client.outgoingByteCount == 0)
    }

    // MARK: - Names

    @Test(arguments: [
        "localhost", "LOCALHOST", "localhost.", "a.example.test", "127.0.0.1", "::1", "[::1]", "::1%lo",
        "0:0:0:0:0:0:0:1",
    ])
    func `a name or address of the certificate is accepted`(host: String) throws {
        var pair = try TLSTestPair.usual(host: host)
        try pair.handshake()
        #expect(pair.client.negotiatedVersion == .tls13)
    }

    @Test(arguments: ["other.test", "example.test", "a.b.example.test", "127.0.0.2", "::2", "xlocalhost"])
    func `another name or address is rejected by name`(host: String) throws {
        var pair = try TLSTestPair.usual(host: host)
        let error = tlsFailure { try pair.handshake() }
        #expect(error?.code == .certificateRejected)
        #expect(error?.message == "certificate verify failed: certificate is not valid for host \(host)")
    }

    @Test(arguments: ["127.0.0.1", "::1"]) func `addresses are not sent as a server name`(host: String) throws {
        var pair = try TLSTestPair.usual(host: host)
        try pair.handshake()
        #expect(pair.server.serverName == nil)
    }

    @Test func `the server name replaces the host in the greeting and in the check`() throws {
        var pair = try TLSTestPair.usual(host: "10.0.0.1") { configuration, _, _ in
            configuration.serverName = "b.example.test"
        }
        try pair.handshake()
        #expect(pair.server.serverName == "b.example.test")
        var wrong = try TLSTestPair.usual { configuration, _, _ in configuration.serverName = "other.test" }
        #expect(tlsFailure { try wrong.handshake() }?.code == .certificateRejected)
    }

    @Test(arguments: ["", ".", "a b", "localhost\0.evil.test", "bücher.test", String(repeating: "a", count: 256)])
    func `a host that no certificate can be for is refused at once`(host: String) throws {
        let context = try TLSContext(TLSConfiguration())
        let error = tlsFailure { _ = try TLSSession(context, host: host) }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test func `a common name does not count`() throws {
        var pair = try TLSTestPair.usual { _, settings, certificates in
            settings.identity = certificates.commonNameOnly
        }
        let error = tlsFailure { try pair.handshake() }
        #expect(error?.message == "certificate verify failed: certificate is not valid for host localhost")
    }

    // MARK: - Trust

    @Test func `an unknown authority is rejected, and the server learns it`() throws {
        var pair = try TLSTestPair.usual { configuration, _, certificates in
            configuration.trustRoots = .file(certificates.stranger.certificateFile)
        }
        let error = tlsFailure { try pair.handshake() }
        #expect(error?.code == .certificateRejected)
        #expect(error?.message.hasPrefix("certificate verify failed: unable to get local issuer certificate") == true)
        let alert = pair.takeOutput()
        #expect(!alert.isEmpty)
        pair.server.receive(alert)
        #expect(pair.server.hasFailed)
        #expect(tlsFailure { _ = try pair.client.handshake() } == error)
        #expect(tlsFailure { _ = try pair.write([1]) } == error)
        #expect(tlsFailure { try pair.read() } == error)
    }

    @Test func `the roots of the system do not know the test authority`() throws {
        var pair = try TLSTestPair.usual { configuration, _, _ in configuration.trustRoots = .systemDefault }
        #expect(tlsFailure { try pair.handshake() }?.code == .certificateRejected)
    }

    @Test func `a self-signed certificate is rejected unless it is a root`() throws {
        var pair = try TLSTestPair.usual { _, settings, certificates in settings.identity = certificates.selfSigned }
        let error = tlsFailure { try pair.handshake() }
        #expect(error?.message == "certificate verify failed: self-signed certificate")
        var pinned = try TLSTestPair.usual { configuration, settings, certificates in
            settings.identity = certificates.selfSigned
            configuration.trustRoots = .file(certificates.selfSigned.certificateFile)
        }
        try pinned.handshake()
        #expect(pinned.client.negotiatedVersion == .tls13)
    }

    @Test func `the server's own certificate may be the root`() throws {
        var pair = try TLSTestPair.usual { configuration, _, certificates in
            configuration.trustRoots = .file(certificates.server.certificateFile)
        }
        try pair.handshake()
        #expect(pair.client.negotiatedVersion == .tls13)
    }

    @Test func `an expired certificate is rejected`() throws {
        var pair = try TLSTestPair.usual { _, settings, certificates in settings.identity = certificates.expired }
        let error = tlsFailure { try pair.handshake() }
        #expect(error?.code == .certificateRejected)
        #expect(error?.message == "certificate verify failed: certificate has expired")
    }

    @Test func `without host name verification the authority still counts`() throws {
        var pair = try TLSTestPair.usual(host: "other.test") { configuration, _, _ in
            configuration.verification = .noHostnameVerification
        }
        try pair.handshake()
        #expect(pair.client.negotiatedVersion == .tls13)
        var expired = try TLSTestPair.usual(host: "other.test") { configuration, settings, certificates in
            configuration.verification = .noHostnameVerification
            settings.identity = certificates.expired
        }
        #expect(tlsFailure { try expired.handshake() }?.code == .certificateRejected)
    }

    @Test func `without verification everything is accepted`() throws {
        var pair = try TLSTestPair.usual(host: "other.test") { configuration, settings, certificates in
            configuration.verification = .none
            configuration.trustRoots = .systemDefault
            settings.identity = certificates.expired
        }
        try pair.handshake()
        #expect(pair.client.negotiatedVersion == .tls13)
    }

    // MARK: - Client certificates

    @Test(arguments: versions) func `a client certificate is presented`(code: Int32, version: TLSVersion) throws {
        var pair = try TLSTestPair.usual { configuration, settings, certificates in
            configuration.certificateChainFile = certificates.client.certificateFile
            configuration.privateKeyFile = certificates.encryptedClientKeyFile
            configuration.privateKeyPassphrase = TestCertificates.passphrase
            settings.clientAuthorityFile = certificates.authority.certificateFile
            settings.versions = code...code
        }
        try pair.handshake()
        #expect(pair.client.negotiatedVersion == version)
        #expect(!pair.server.hasFailed)
    }

    @Test(arguments: versions) func `a missing client certificate is an alert of the server`(
        code: Int32,
        version: TLSVersion
    ) throws {
        var pair = try TLSTestPair.usual { _, settings, certificates in
            settings.clientAuthorityFile = certificates.authority.certificateFile
            settings.versions = code...code
        }
        let error = tlsFailure {
            try pair.handshake()
            try pair.read()
        }
        #expect(error?.code == .peerAlert)
        #expect(error?.message.hasPrefix("the peer ended the TLS session with alert") == true)
        if version == .tls13 { #expect(error?.message.contains("certificate required") == true) }
    }

    // MARK: - Versions and other protocols

    @Test func `a server below the minimum version is refused`() throws {
        var pair = try TLSTestPair.usual { configuration, settings, _ in
            configuration.minimumVersion = .tls13
            settings.versions = TLS1_2_VERSION...TLS1_2_VERSION
        }
        let error = tlsFailure { try pair.handshake() }
        #expect(error?.code == .peerAlert)
        #expect(error?.message.contains("protocol version") == true)
    }

    @Test func `a maximum version is kept`() throws {
        var pair = try TLSTestPair.usual { configuration, _, _ in configuration.maximumVersion = .tls12 }
        try pair.handshake()
        #expect(pair.client.negotiatedVersion == .tls12)
    }

    @Test func `chosen ciphers are used`() throws {
        var pair = try TLSTestPair.usual { configuration, _, _ in
            configuration.cipherSuites = "TLS_CHACHA20_POLY1305_SHA256"
        }
        try pair.handshake()
        #expect(pair.client.negotiatedCipher == "TLS_CHACHA20_POLY1305_SHA256")
        var older = try TLSTestPair.usual { configuration, _, _ in
            configuration.maximumVersion = .tls12
            configuration.cipherList = "ECDHE-ECDSA-AES256-GCM-SHA384"
        }
        try older.handshake()
        #expect(older.client.negotiatedCipher == "ECDHE-ECDSA-AES256-GCM-SHA384")
    }

    @Test func `a server without TLS is named as such`() throws {
        var pair = try TLSTestPair.usual()
        _ = try pair.client.handshake()
        let error = tlsFailure { try pair.feed(Array("-ERR Protocol error: unauthenticated\r\n".utf8)) }
        #expect(error?.code == .handshakeFailed)
        #expect(error?.message.contains("does the peer speak TLS on this port?") == true)
    }

    @Test func `an end of the connection during the handshake is reported`() throws {
        var pair = try TLSTestPair.usual()
        _ = try pair.client.handshake()
        pair.server.receive(pair.takeOutput())
        let half = pair.server.takeOutput().prefix(100)
        try pair.feed(Array(half))
        pair.client.receiveEnd()
        let error = tlsFailure { try pair.read() }
        #expect(error?.code == .truncated)
        #expect(error?.message == "the peer closed the connection during the TLS handshake")
    }

    @Test func `a close alert during the handshake is reported`() throws {
        var pair = try TLSTestPair.usual()
        _ = try pair.client.handshake()
        let error = tlsFailure { try pair.feed([21, 3, 3, 0, 2, 1, 0]) }
        #expect(error?.code == .truncated)
        #expect(error?.message == "the peer closed the connection during the TLS handshake")
    }
}
