import Foundation
import TestKit

/// What a `kafka-dev` with TLS or SASL is started with.
struct SecureBroker: Sendable {
    static let user = "alice"
    /// Looked for in logs and errors, where it must not stand.
    static let password = "wonder:land 7d1f"

    var tls = false
    /// Whether the certificate names another host.
    var isForAnotherHost = false
    var asksForClientCertificate = false
    var sasl = false
    /// All when empty.
    var mechanisms: [String] = []

    /// Runs `body` beside a broker that is ready.
    func with(
        _ arguments: [String] = [],
        body: (KafkaDevProcess, TestCertificates) async throws -> Void
    ) async throws {
        let certificates = try await Self.certificates()
        let folder = try TemporaryFolder("kafka-dev-users")
        var options = arguments
        if self.tls {
            let identity = self.isForAnotherHost ? certificates.commonNameOnly : certificates.server
            options += ["--tls-certificate", identity.certificateFile, "--tls-key", identity.keyFile]
            if self.asksForClientCertificate {
                options += ["--tls-client-ca", certificates.authority.certificateFile]
            }
        }
        if self.sasl {
            let path = "\(folder.path)/users"
            try Self.write(Self.password, to: path)
            options += ["--sasl-user-file", path]
            for mechanism in self.mechanisms { options += ["--sasl-mechanism", mechanism] }
        }
        try await KafkaDevProcess.with(options) { broker in
            try await body(broker, certificates)
        }
    }

    /// Writes a file of users with this password.
    static func write(_ password: String, to path: String) throws {
        try Data("\(self.user):\(password)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private static func certificates() async throws -> TestCertificates {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try TestCertificates.shared() }) }
        }
    }
}
