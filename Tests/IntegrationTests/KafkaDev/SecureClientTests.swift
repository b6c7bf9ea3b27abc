import Foundation
import TestKit
import Testing

extension KafkaDevSuites {
    /// Clients that are not ours, over TLS and with a password.
    @Suite(.timeLimit(.minutes(3))) struct SecureClientTests {
        /// The settings of a client of librdkafka, as `name=value`.
        private func properties(
            _ server: SecureBroker,
            _ certificates: TestCertificates,
            mechanism: String,
            password: String = SecureBroker.password
        ) -> [String] {
            var properties: [String] = []
            switch (server.tls, server.sasl) {
            case (true, true): properties.append("security.protocol=sasl_ssl")
            case (true, false): properties.append("security.protocol=ssl")
            case (false, true): properties.append("security.protocol=sasl_plaintext")
            case (false, false): break
            }
            if server.tls { properties.append("ssl.ca.location=\(certificates.authority.certificateFile)") }
            if server.asksForClientCertificate {
                properties.append("ssl.certificate.location=\(certificates.client.certificateFile)")
                properties.append("ssl.key.location=\(certificates.encryptedClientKeyFile)")
                properties.append("ssl.key.password=\(TestCertificates.passphrase)")
            }
            if server.sasl {
                properties.append("sasl.mechanism=\(mechanism)")
                properties.append("sasl.username=\(SecureBroker.user)")
                properties.append("sasl.password=\(password)")
            }
            return properties
        }

        @Test(
            .enabled(if: KafkaClient.hasKcat, "kcat is not installed"),
            arguments: [
                (SecureBroker(tls: true), ""),
                (SecureBroker(tls: true, asksForClientCertificate: true), ""),
                (SecureBroker(sasl: true), "PLAIN"),
                (SecureBroker(sasl: true), "SCRAM-SHA-256"),
                (SecureBroker(sasl: true), "SCRAM-SHA-512"),
                (SecureBroker(tls: true, sasl: true), "PLAIN"),
                (SecureBroker(tls: true, asksForClientCertificate: true, sasl: true), "SCRAM-SHA-512"),
            ]
        )
        func `kcat produces and consumes`(server: SecureBroker, mechanism: String) async throws {
            try await server.with(["--topic", "t:1"]) { broker, certificates in
                let options = self.properties(server, certificates, mechanism: mechanism).flatMap { ["-X", $0] }
                // Larger than a TLS record, and than a socket's buffers.
                let lines = (0..<2_000).map { "\($0) " + String(repeating: "x", count: 1_000) }
                try await KafkaClient.kcatProduce(lines, to: "t", broker, options)
                #expect(try await KafkaClient.kcatConsume("t", broker, options) == lines)
                #expect(!broker.output.contains(SecureBroker.password))
            }
        }

        @Test(.enabled(if: KafkaClient.hasKcat, "kcat is not installed"))
        func `kcat with a wrong password is told so, and the password stands in no log`() async throws {
            let server = SecureBroker(sasl: true)
            try await server.with(["--topic", "t:1", "--log-level", "trace"]) { broker, certificates in
                for mechanism in ["PLAIN", "SCRAM-SHA-256"] {
                    let properties = self.properties(server, certificates, mechanism: mechanism, password: "wrong-8e2a")
                    let arguments = ["-L", "-b", broker.address, "-m", "2"] + properties.flatMap { ["-X", $0] }
                    let failure = await #expect(throws: KafkaClient.Failure.self) {
                        try await KafkaClient.run("kcat", arguments, folder: broker.folderPath)
                    }
                    #expect("\(failure as Any)".contains("wrong user name or password"))
                }
                #expect(broker.output.contains("client refused"))
                #expect(!broker.output.contains("wrong-8e2a") && !broker.output.contains(SecureBroker.password))
            }
        }

        @Test(
            .enabled(if: KafkaClient.hasConfluent, "PyPI's confluent-kafka is not installed"),
            arguments: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
        )
        func `confluent-kafka produces and consumes`(mechanism: String) async throws {
            let server = SecureBroker(tls: true, asksForClientCertificate: true, sasl: true)
            try await server.with(["--topic", "t:1"]) { broker, certificates in
                let output = try await KafkaClient.python(
                    KafkaClient.confluentPython,
                    Self.confluentScript,
                    [broker.address] + self.properties(server, certificates, mechanism: mechanism),
                    folder: broker.folderPath
                )
                #expect(output.contains("OK"), "\(output)")
            }
        }

        @Test(
            .enabled(if: KafkaClient.hasKafkaPython, "Debian's python3-kafka is not installed"),
            arguments: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
        )
        func `kafka-python produces and consumes`(mechanism: String) async throws {
            let server = SecureBroker(tls: true, asksForClientCertificate: true, sasl: true)
            try await server.with(["--topic", "t:1"]) { broker, certificates in
                let output = try await KafkaClient.python(
                    "/usr/bin/python3",
                    Self.kafkaPythonScript,
                    [
                        broker.address, certificates.authority.certificateFile, certificates.client.certificateFile,
                        certificates.client.keyFile, mechanism, SecureBroker.user, SecureBroker.password,
                    ],
                    folder: broker.folderPath
                )
                #expect(output.contains("OK"), "\(output)")
            }
        }

        /// Its arguments are the broker's address and properties.
        private static let confluentScript = #"""
            import sys
            from confluent_kafka import Producer, Consumer
            common = dict(p.split('=', 1) for p in ['bootstrap.servers=' + sys.argv[1]] + sys.argv[2:])
            producer = Producer(common)
            for i in range(1000): producer.produce('t', value=str(i))
            assert producer.flush(20) == 0
            consumer = Consumer({**common, 'group.id': 'g', 'auto.offset.reset': 'earliest'})
            consumer.subscribe(['t'])
            values = []
            while len(values) < 1000:
                message = consumer.poll(20)
                assert message is not None and message.error() is None, message
                values.append(int(message.value()))
            assert values == list(range(1000))
            consumer.close()
            print('OK')
            """#

        private static let kafkaPythonScript = #"""
            import sys
            from kafka import KafkaProducer, KafkaConsumer
            address, authority, certificate, key, mechanism, user, password = sys.argv[1:]
            common = dict(bootstrap_servers=address, security_protocol='SASL_SSL', sasl_mechanism=mechanism,
                          sasl_plain_username=user, sasl_plain_password=password, ssl_cafile=authority,
                          ssl_certfile=certificate, ssl_keyfile=key)
            producer = KafkaProducer(**common)
            for i in range(200): producer.send('t', str(i).encode())
            producer.flush(20)
            consumer = KafkaConsumer('t', group_id='g', auto_offset_reset='earliest', consumer_timeout_ms=20000, **common)
            values = []
            for message in consumer:
                values.append(int(message.value))
                if len(values) == 200: break
            assert values == list(range(200)), values
            consumer.close()
            print('OK')
            """#
    }
}
