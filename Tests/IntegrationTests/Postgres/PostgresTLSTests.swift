import Postgres
import ServerRuntime
import TestKit
import Testing

@Suite(.enabled(if: Stack.postgres.isUp, "PostgreSQL's programs on this machine"))
struct PostgresTLSTests {
    /// A server that speaks TLS only and wants a certificate of ours.
    private func withServer(_ body: (TestCertificates, PostgresConfiguration) async throws -> Void) async throws {
        let certificates = try TestCertificates()
        let prepare = """
            cp \(certificates.server.certificateFile) $D/data/server.crt
            cp \(certificates.server.keyFile) $D/data/server.key
            cp \(certificates.authority.certificateFile) $D/data/root.crt
            chmod 600 $D/data/server.key
            echo "ssl = on" >> $D/data/postgresql.conf
            echo "ssl_ca_file = 'root.crt'" >> $D/data/postgresql.conf
            echo "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca" > $D/data/pg_hba.conf
            """
        try await withPrivatePostgres(prepare: prepare) { port, _, _ in
            var configuration = PostgresConfiguration(
                port: port,
                database: "postgres",
                username: "app",
                sslMode: .verifyFull,
                sslRootCertificatePath: certificates.authority.certificateFile
            )
            configuration.tls.certificatePath = certificates.client.certificateFile
            configuration.tls.keyPath = certificates.client.keyFile
            try await body(certificates, configuration)
        }
    }

    private func error(_ configuration: PostgresConfiguration) async throws -> PostgresError? {
        try await withRunning(configuration) { client in
            await postgresError { try await client.query("SELECT 1", deadline: .after(.seconds(3))) }
        }
    }

    @Test func `both sides show certificates that the other one checks`() async throws {
        try await self.withServer { certificates, configuration in
            try await withRunning(configuration) { client in
                let rows = try await client.query(
                    "SELECT ssl, version, client_dn IS NOT NULL FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
                )
                let row = try #require(rows.first)
                #expect(try row.decode(at: 0, as: Bool.self) && row.decode(at: 2, as: Bool.self))
                #expect(try row.decode(at: 1, as: String.self).hasPrefix("TLSv1."))
                // Larger than what TLS and libpq hold at a time.
                let text = String(repeating: "x", count: 3_000_000)
                let back = try await client.query("SELECT \(text) AS t").first?.decode("t", as: String.self)
                #expect(back == text)
                let count = try await client.withRows("SELECT repeat('y', 1000) FROM generate_series(1, 20000)") {
                    rows in
                    var count = 0
                    for try await _ in rows { count += 1 }
                    return count
                }
                #expect(count == 20_000)
            }
            var encrypted = configuration
            encrypted.tls.keyPath = certificates.encryptedClientKeyFile
            encrypted.tls.keyPassword = TestCertificates.passphrase
            let none = try await self.error(encrypted)
            #expect(none == nil)
        }
    }

    @Test func `a wrong authority, a missing certificate and plain text are refused`() async throws {
        try await self.withServer { certificates, configuration in
            var stranger = configuration
            stranger.tls.rootCertificatePath = certificates.selfSigned.certificateFile
            let unchecked = try await self.error(stranger)
            let cause = unchecked?.cause as? PostgresError
            #expect(unchecked?.code == .connectionFailed && cause?.message.contains("certificate") == true)
            var anonymous = configuration
            anonymous.tls.certificatePath = "/nonexistent"
            anonymous.tls.keyPath = nil
            let refused = try await self.error(anonymous)
            #expect(refused != nil)
            var plain = configuration
            plain.sslMode = .disable
            let unencrypted = try await self.error(plain)
            #expect(unencrypted?.code == .authenticationFailed)
        }
    }
}
