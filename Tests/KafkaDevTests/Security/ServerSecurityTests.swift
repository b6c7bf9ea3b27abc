import Foundation
import Logging
import NIOCore
import TestKit
import Testing

@testable import KafkaDev

@Suite(.timeLimit(.minutes(2))) struct ServerSecurityTests {
    /// Runs `body` beside a broker that asks for a password.
    private func withServer(_ body: @escaping @Sendable (RunningServer) async throws -> Void) async throws {
        let folder = try TemporaryFolder("sasl")
        let path = "\(folder.path)/users"
        try Data("alice:wonderland\n".utf8).write(to: URL(filePath: path))
        try await RunningServer.with(setting: \.sasl, to: KafkaDevSASL(userFile: path), body: body)
    }

    /// A request with its length.
    private func whole(_ frame: ByteBuffer) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeInteger(Int32(clamping: frame.readableBytes))
        bytes.writeImmutableBuffer(frame)
        return bytes
    }

    private func plain(_ password: String) throws -> ByteBuffer {
        var bytes = self.whole(try TestRequest.frame(SaslHandshakeAPI.self, version: 1) { $0.mechanism = "PLAIN" })
        let token = try TestRequest.frame(SaslAuthenticateAPI.self, version: 1) { request in
            request.bytes = ByteBuffer(string: "\0alice\0\(password)")
        }
        bytes.writeImmutableBuffer(self.whole(token))
        return bytes
    }

    private func metadata() throws -> ByteBuffer {
        self.whole(try TestRequest.frame(MetadataAPI.self, version: 1) { $0.topics = [] })
    }

    @Test func `requests before authentication end the connection, but for ApiVersions`() async throws {
        try await self.withServer { server in
            let (answer, isClosed) = try await server.exchange(try self.metadata())
            #expect(isClosed && answer.readableBytes == 0)
            let versions = self.whole(TestRequest.header(18, 0))
            #expect(try await server.exchange(versions, expecting: 14).0.readableBytes >= 14)
        }
    }

    @Test func `who has authenticated is served, on this connection only`() async throws {
        try await self.withServer { server in
            var bytes = try self.plain("wonderland")
            bytes.writeImmutableBuffer(try self.metadata())
            // The handshake's answer has 53 bytes, the token's 24; what follows is the cluster.
            let (answer, isClosed) = try await server.exchange(bytes, expecting: 100)
            #expect(!isClosed)
            #expect(String(decoding: answer.readableBytesView, as: UTF8.self).contains("127.0.0.1"))
            let (_, isRefused) = try await server.exchange(try self.metadata())
            #expect(isRefused)
        }
    }

    @Test func `a wrong password is answered before the connection ends`() async throws {
        try await self.withServer { server in
            let (answer, isClosed) = try await server.exchange(try self.plain("wrong"))
            #expect(isClosed)
            let text = String(decoding: answer.readableBytesView, as: UTF8.self)
            #expect(text.contains("wrong user name or password"))
        }
    }

    @Test func `before authentication a long request ends the connection before it is received`() async throws {
        try await self.withServer { server in
            var bytes = ByteBuffer()
            bytes.writeMultipleIntegers(Int32(ConnectionGate.requestBytesMax + 1), Int16(18), Int16(0))
            let (_, isClosed) = try await server.exchange(bytes)
            #expect(isClosed)
        }
    }

    @Test func `without SASL a handshake is answered that it has no place`() async throws {
        try await RunningServer.with { server in
            let handshake = self.whole(
                try TestRequest.frame(SaslHandshakeAPI.self, version: 1) { $0.mechanism = "PLAIN" }
            )
            let (answer, isClosed) = try await server.exchange(handshake, expecting: 14)
            #expect(!isClosed)
            #expect(answer.getInteger(at: 8, as: Int16.self) == 34)
        }
    }

    @Test func `bytes that are no TLS end the connection and nothing else`() async throws {
        let certificates = try TestCertificates.shared()
        let tls = KafkaDevTLS(
            certificateFile: certificates.server.certificateFile,
            keyFile: certificates.server.keyFile
        )
        try await RunningServer.with(setting: \.tls, to: tls) { (server: RunningServer) async throws in
            for text in ["GET / HTTP/1.1\r\n\r\n", String(repeating: "\u{16}", count: 600)] {
                #expect(try await server.exchange(ByteBuffer(string: text)).isClosed)
            }
            let (_, isRefused) = try await server.exchange(try self.metadata())
            #expect(isRefused)
        }
    }

    @Test func `TLS files that are missing or wrong are errors that name the setting, the rule and the file`() throws {
        let certificates = try TestCertificates.shared()
        let (server, client) = (certificates.server, certificates.client)
        let none = "/does/not/exist.pem"
        let cases: [(KafkaDevTLS, String, String)] = [
            (.init(certificateFile: none, keyFile: server.keyFile), "tls certificate must be", none),
            (
                .init(certificateFile: server.keyFile, keyFile: server.keyFile), "tls certificate must be",
                server.keyFile
            ),
            (.init(certificateFile: server.certificateFile, keyFile: none), "tls key must be", none),
            (
                .init(certificateFile: server.certificateFile, keyFile: server.certificateFile), "tls key must be",
                server.certificateFile
            ),
            (
                .init(
                    certificateFile: client.certificateFile,
                    keyFile: certificates.encryptedClientKeyFile
                ), "tls key must be", "without a passphrase"
            ),
            (
                .init(certificateFile: server.certificateFile, keyFile: client.keyFile), "tls key must be the key of",
                client.keyFile
            ),
            (
                .init(
                    certificateFile: server.certificateFile,
                    keyFile: server.keyFile,
                    clientAuthorityFile: none
                ), "tls client ca must be", none
            ),
        ]
        for (tls, beginning, part) in cases {
            let error = #expect(throws: KafkaDevError.self) { try tls.makeContext() }
            #expect(error?.code == .configuration)
            #expect(error?.message.hasPrefix(beginning) == true, "\(error as Any)")
            #expect(error?.message.contains(part) == true, "\(error as Any)")
        }
        _ = try KafkaDevTLS(certificateFile: server.certificateFile, keyFile: server.keyFile).makeContext()
    }
}
