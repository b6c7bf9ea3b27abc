import Mongo
import ServerRuntime
import TestKit
import Testing

extension MongoServerSuites {
    /// TLS and logins with a server that demands both.
    @Suite(.serialized) struct MongoSecurityTests {
        /// The error of a call, which must not tell the password.
        private func error(_ configuration: MongoConfiguration) async throws -> MongoError? {
            let error: MongoError?
            do {
                error = try await withMongoClient(configuration) { client in
                    await mongoError { try await client.collection("notes").findOne(deadline: .after(.seconds(6))) }
                }
            } catch let refusal as MongoError {
                error = refusal
            }
            let secrets = [MongoSecurityFixture.password, TestCertificates.passphrase, "wrong one"]
            for secret in secrets { #expect(error.map { !"\($0)".contains(secret) } ?? true) }
            return error
        }

        @Test func `a password over TLS lets in, and long documents and cursors pass`() async throws {
            try await MongoSecurityFixture.with { fixture in
                try await withMongoClient(fixture.configuration(.writer, fixture.tls)) { client in
                    let notes = client.collection("notes")
                    // Larger than what TLS holds at a time.
                    let text = String(repeating: "x", count: 3_000_000)
                    try await notes.insertOne(["_id": 1, "text": .string(text)])
                    let found = try await notes.findOne(["_id": 1])
                    #expect(found?["text"] == .string(text))
                    let numbers = client.collection("numbers")
                    _ = try await numbers.insertMany((0..<500).map { ["_id": .int32($0)] })
                    let options = MongoFindOptions(batchSize: 40)
                    let count = try await numbers.find([:], options: options).collect(atMost: 1_000).count
                    #expect(count == 500)
                }
                // As a connection string.
                let password = "a%20pass%2Fword%3A%20with%20%40%20signs%3F"
                let uri =
                    "mongodb://writer:\(password)@localhost:\(fixture.server.port)/?directConnection=true&authSource=admin"
                    + "&tls=true&tlsCAFile=\(fixture.certificates.authority.certificateFile)"
                let fault = try await self.error(MongoConfiguration(uri: uri, database: "security"))
                #expect(fault == nil)
                let old = try await self.error(fixture.configuration(.old, fixture.tls))
                #expect(old == nil)
            }
        }

        @Test func `wrong logins are refused as such, and a user may do what its role allows`() async throws {
            try await MongoSecurityFixture.with { fixture in
                var credentials = MongoCredentials.writer
                credentials.password = "wrong one"
                let wrong = try await self.error(fixture.configuration(credentials, fixture.tls))
                #expect(wrong?.code == .authentication && wrong?.isRetriable == false)
                credentials.user = "nobody"
                let unknown = try await self.error(fixture.configuration(credentials, fixture.tls))
                #expect(unknown?.code == .authentication)
                credentials.mechanism = .plain
                let plain = try await self.error(fixture.configuration(credentials, fixture.tls))
                #expect(plain?.code == .authentication)
                let anonymous = try await self.error(fixture.configuration(nil, fixture.tls))
                #expect(anonymous?.code == .unauthorized && anonymous?.serverCode == 13)
                try await withMongoClient(fixture.configuration(.reader, fixture.tls)) { client in
                    let notes = client.collection("notes")
                    let none = try await notes.findOne()
                    #expect(none == nil)
                    let refused = await mongoError { try await notes.insertOne(["_id": 1]) }
                    #expect(refused?.code == .unauthorized && refused?.mayHaveBeenApplied == false)
                }
            }
        }

        @Test func `a server that cannot be trusted is not spoken to, and the error says why`() async throws {
            try await MongoSecurityFixture.with { fixture in
                var stranger = fixture.tls
                stranger.caFile = fixture.certificates.stranger.certificateFile
                let untrusted = try await self.error(fixture.configuration(.writer, stranger))
                #expect(untrusted?.code == .serverSelection || untrusted?.code == .timeout)
                #expect(untrusted?.description.contains("certificate") == true, "\(String(describing: untrusted))")
                stranger.allowsInvalidCertificates = true
                let any = try await self.error(fixture.configuration(.writer, stranger))
                #expect(any == nil, "\(String(describing: any))")
                // Another way to write 127.0.0.1, which is not in the certificate.
                let renamed = try await self.error(fixture.configuration(.writer, fixture.tls, host: "127.1"))
                #expect(renamed?.code == .serverSelection || renamed?.code == .timeout)
                #expect(renamed?.description.contains("TLS") == true, "\(String(describing: renamed))")
                var lenient = fixture.tls
                lenient.allowsInvalidHostnames = true
                let accepted = try await self.error(fixture.configuration(.writer, lenient, host: "127.1"))
                #expect(accepted == nil, "\(String(describing: accepted))")
                let unencrypted = try await self.error(fixture.configuration(.writer, nil))
                #expect(unencrypted?.code == .serverSelection || unencrypted?.code == .timeout)
            }
        }

        @Test func `a certificate of the client lets in, as X.509 user`() async throws {
            try await MongoSecurityFixture.with { fixture in
                let own = try await self.error(fixture.configuration(.x509, fixture.clientTLS))
                #expect(own == nil, "\(String(describing: own))")
                var encrypted = fixture.tls
                encrypted.certificateKeyFile = fixture.encryptedClientFile
                encrypted.certificateKeyPassword = TestCertificates.passphrase
                let decrypted = try await self.error(fixture.configuration(.x509, encrypted))
                #expect(decrypted == nil, "\(String(describing: decrypted))")
                encrypted.certificateKeyPassword = "wrong one"
                let locked = try await self.error(fixture.configuration(.x509, encrypted))
                #expect(locked != nil)
                var other = MongoCredentials.x509
                other.user = "CN=somebody else"
                let refused = try await self.error(fixture.configuration(other, fixture.clientTLS))
                #expect(refused?.code == .authentication, "\(String(describing: refused))")
                let unnamed = try await self.error(fixture.configuration(.x509, fixture.tls))
                #expect(unnamed?.code == .invalidConfiguration)
            }
        }
    }
}

extension MongoCredentials {
    fileprivate static let writer = MongoSecurityFixture.writer
    fileprivate static let reader = MongoSecurityFixture.reader
    fileprivate static let old = MongoSecurityFixture.old
}
