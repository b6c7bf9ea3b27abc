import Kafka
import Logging
import ServerRuntime
import TestKit
import Testing

/// SASL and TLS of our clients, against a broker of each test's own.
@Suite(.serialized, .timeLimit(.minutes(3))) struct KafkaSecurityTests {
    /// What a client is told that the broker accepts.
    private func security(
        _ server: SecureBroker,
        _ certificates: TestCertificates,
        _ mechanism: KafkaSASL.Mechanism?
    ) -> KafkaSecurity {
        var security = KafkaSecurity()
        if server.tls {
            security.tls = KafkaTLS(caFile: certificates.authority.certificateFile)
            if server.asksForClientCertificate {
                security.tls?.certificateFile = certificates.client.certificateFile
                security.tls?.keyFile = certificates.encryptedClientKeyFile
                security.tls?.keyPassword = TestCertificates.passphrase
            }
        }
        security.sasl = mechanism.map {
            KafkaSASL(mechanism: $0, username: SecureBroker.user, password: SecureBroker.password)
        }
        return security
    }

    private func fixture(_ address: String, _ security: KafkaSecurity) -> KafkaSecurityFixture {
        KafkaSecurityFixture(
            KafkaConnectionConfiguration(bootstrapServers: [address], clientID: "test", security: security)
        )
    }

    @Test(
        arguments: [
            (SecureBroker(tls: true), nil),
            (SecureBroker(tls: true, asksForClientCertificate: true), nil),
            (SecureBroker(sasl: true), .plain),
            (SecureBroker(sasl: true), .scramSHA256),
            (SecureBroker(sasl: true), .scramSHA512),
            (SecureBroker(tls: true, sasl: true), .plain),
            (SecureBroker(tls: true, sasl: true), .scramSHA256),
            (SecureBroker(tls: true, asksForClientCertificate: true, sasl: true), .scramSHA512),
        ] as [(SecureBroker, KafkaSASL.Mechanism?)]
    )
    func `all clients work, and no secret is logged`(
        server: SecureBroker,
        mechanism: KafkaSASL.Mechanism?
    ) async throws {
        try await server.with(["--log-level", "trace"]) { broker, certificates in
            var connection = KafkaConnectionConfiguration(
                bootstrapServers: [broker.address],
                clientID: "test",
                security: self.security(server, certificates, mechanism)
            )
            connection.additional = ["debug": "security,broker"]
            let fixture = KafkaSecurityFixture(connection)
            try await fixture.create("t").get()
            #expect(try await fixture.send().get().offset == 0)
            #expect(try await fixture.consume().get() == "value")
            #expect(try await fixture.topics().get() == ["t"])
            #expect(try await fixture.end().get() == 1)
            for text in [fixture.lines.text, broker.output] {
                #expect(!text.contains(SecureBroker.password) && !text.contains(TestCertificates.passphrase))
            }
        }
    }

    /// What every client ends with when it is not let in, each within its time.
    private func errors(
        _ fixture: KafkaSecurityFixture,
        withConsumer: Bool = true
    ) async throws -> [String: KafkaError?] {
        let time = KafkaSecurityFixture.patience
        let start = ContinuousClock.now
        async let send = fixture.send(within: time).failure
        async let flush = fixture.flush(within: time).failure
        async let topics = fixture.topics(within: time).failure
        async let create = fixture.create("t2", within: time).failure
        async let end = fixture.end(within: time).failure
        async let consume = withConsumer ? fixture.consume(within: time).failure : nil
        let errors = try await [
            "send": send, "flush": flush, "topics": topics, "create": create, "end": end, "consume": consume,
        ]
        // Consumers need a moment to close.
        #expect(start.duration(to: .now) < time + .seconds(20))
        return errors
    }

    private func expectRefusal(
        _ fixture: KafkaSecurityFixture,
        _ broker: KafkaDevProcess,
        code: KafkaError.Code = .authenticationFailed,
        mentioning words: String...,
        secrets: [String] = [SecureBroker.password]
    ) async throws {
        for (operation, error) in try await self.errors(fixture) {
            let text = error.map { "\($0)" } ?? "no error"
            #expect(error?.code == code, "\(operation): \(text)")
            for word in words + [broker.address] { #expect(text.contains(word), "\(operation): \(text)") }
            for secret in secrets { #expect(!text.contains(secret) && !fixture.lines.text.contains(secret)) }
            #expect(error?.isRetriable == false || code == .timedOut, "\(operation): \(text)")
        }
    }

    @Test(arguments: KafkaSASL.Mechanism.allCases)
    func `a wrong password is told as such at the deadline`(mechanism: KafkaSASL.Mechanism) async throws {
        let server = SecureBroker(sasl: true)
        try await server.with(["--topic", "t:1"]) { broker, certificates in
            var security = self.security(server, certificates, mechanism)
            security.sasl?.password = "wrong-51c3"
            try await self.expectRefusal(
                self.fixture(broker.address, security),
                broker,
                mentioning: "_AUTHENTICATION",
                "wrong user name or password",
                secrets: [SecureBroker.password, "wrong-51c3"]
            )
        }
    }

    @Test func `a mechanism that the broker lacks is told with those that it has`() async throws {
        let server = SecureBroker(sasl: true, mechanisms: ["SCRAM-SHA-256", "SCRAM-SHA-512"])
        try await server.with(["--topic", "t:1"]) { broker, certificates in
            let fixture = self.fixture(broker.address, self.security(server, certificates, .plain))
            try await self.expectRefusal(fixture, broker, mentioning: "SCRAM-SHA-256")
        }
    }

    @Test func `SASL where the broker has none is told`() async throws {
        let server = SecureBroker()
        try await server.with(["--topic", "t:1"]) { broker, certificates in
            let fixture = self.fixture(broker.address, self.security(server, certificates, .plain))
            try await self.expectRefusal(fixture, broker)
        }
    }

    @Test func `a broker whose authority is not trusted is told`() async throws {
        let server = SecureBroker(tls: true)
        try await server.with(["--topic", "t:1"]) { broker, certificates in
            var security = self.security(server, certificates, nil)
            security.tls?.caFile = certificates.stranger.certificateFile
            let fixture = self.fixture(broker.address, security)
            try await self.expectRefusal(fixture, broker, mentioning: "_SSL", "certificate verify failed")
        }
    }

    @Test func `a certificate for another host is told, and goes unchecked only when that is asked for`() async throws {
        let server = SecureBroker(tls: true, isForAnotherHost: true)
        try await server.with(["--topic", "t:1"]) { broker, certificates in
            var security = self.security(server, certificates, nil)
            let fixture = self.fixture(broker.address, security)
            try await self.expectRefusal(fixture, broker, mentioning: "_SSL", "certificate verify failed")
            security.tls?.insecureSkipVerify = true
            _ = try await self.fixture(broker.address, security).send().get()
        }
    }

    @Test func `a missing client certificate is told`() async throws {
        let server = SecureBroker(tls: true, asksForClientCertificate: true)
        try await server.with(["--topic", "t:1"]) { broker, certificates in
            var security = self.security(server, certificates, nil)
            security.tls?.certificateFile = nil
            security.tls?.keyFile = nil
            security.tls?.keyPassword = nil
            let fixture = self.fixture(broker.address, security)
            try await self.expectRefusal(fixture, broker, mentioning: "certificate required")
        }
    }

    @Test func `files that are missing are told before anything is connected, by run`() async throws {
        let server = SecureBroker(tls: true)
        try await server.with { broker, certificates in
            var security = self.security(server, certificates, nil)
            security.tls?.caFile = "/does/not/exist.pem"
            let connection = KafkaConnectionConfiguration(
                bootstrapServers: [broker.address],
                clientID: "test",
                security: security
            )
            let admin = try KafkaAdmin(connection, logger: .init(label: "test"))
            let error = await #expect(throws: KafkaError.self) { try await admin.run() }
            #expect(error?.code == .invalidConfiguration)
            #expect(error?.message.contains("ssl.ca.location") == true, "\(error as Any)")
        }
    }

    @Test func `a client that speaks the wrong protocol is told how the last connection ended`() async throws {
        let server = SecureBroker(tls: true)
        try await server.with(["--topic", "t:1"]) { broker, _ in
            let fixture = self.fixture(broker.address, .plaintext)
            for (operation, error) in try await self.errors(fixture, withConsumer: false)
            where operation != "consume" {
                #expect(error?.message.contains(broker.address) == true, "\(operation): \(error as Any)")
            }
        }
    }

    @Test func `a password that becomes right lets pending records through`() async throws {
        let folder = try TemporaryFolder("kafka-dev-users")
        let path = "\(folder.path)/users"
        try SecureBroker.write("another", to: path)
        try await KafkaDevProcess.with(["--topic", "t:1", "--sasl-user-file", path]) { broker in
            let sasl = KafkaSASL(
                mechanism: .scramSHA256,
                username: SecureBroker.user,
                password: SecureBroker.password
            )
            let fixture = self.fixture(broker.address, KafkaSecurity(sasl: sasl))
            async let sent = fixture.send()
            let isRefused = try await eventually { broker.output.contains("client refused") }
            #expect(isRefused)
            try SecureBroker.write(SecureBroker.password, to: path)
            #expect(await broker.stop() == 0)
            try broker.start()
            #expect(try await sent.get().offset == 0)
        }
    }
}
