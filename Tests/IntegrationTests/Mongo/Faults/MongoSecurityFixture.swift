import Foundation
import Mongo
import ServerRuntime
import TestKit

/// A private stand-in that speaks TLS only, asks for a login, and knows some users.
struct MongoSecurityFixture {
    static let password = "a pass/word: with @ signs?"
    static let writer = MongoCredentials(user: "writer", password: Self.password, mechanism: .scramSHA256)
    static let reader = MongoCredentials(user: "reader", password: Self.password)
    static let old = MongoCredentials(user: "old", password: Self.password, mechanism: .scramSHA1)

    let certificates: TestCertificates
    let server: MongoServerProcess
    /// Certificate and key of the client in one file, and the same with the key encrypted.
    let clientFile: String
    let encryptedClientFile: String

    /// TLS that trusts the server.
    var tls: MongoTLS { MongoTLS(caFile: self.certificates.authority.certificateFile) }

    /// TLS that trusts the server and shows the client's certificate.
    var clientTLS: MongoTLS {
        var tls = self.tls
        tls.certificateKeyFile = self.clientFile
        return tls
    }

    /// A configuration for the server.
    func configuration(
        _ credentials: MongoCredentials?,
        _ tls: MongoTLS?,
        host: String = "127.0.0.1"
    ) -> MongoConfiguration {
        var configuration = MongoConfiguration(
            hosts: [MongoHost(host, port: self.server.port)],
            database: "security",
            credentials: credentials,
            tls: tls,
            directConnection: true
        )
        configuration.connectionsMax = 2
        configuration.threadsMax = 2
        configuration.operationTimeout = .seconds(20)
        return configuration
    }

    /// Runs `body` with a server.
    static func with(_ body: (MongoSecurityFixture) async throws -> Void) async throws {
        let certificates = try TestCertificates.shared()
        let folder = try TemporaryFolder("mongo-client")
        defer { folder.remove() }
        func join(_ name: String, _ key: String) throws -> String {
            let files = [certificates.client.certificateFile, key]
            let text = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
            try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(name)"))
            return "\(folder.path)/\(name)"
        }
        let server = try MongoServerProcess()
        defer { server.kill() }
        try await server.waitUntilReady()
        try await self.createUsers(server.port)
        try await server.restart([
            "--auth", "--tls-cert-file", certificates.server.certificateFile, "--tls-key-file",
            certificates.server.keyFile, "--tls-ca-file", certificates.authority.certificateFile,
        ])
        try await body(
            MongoSecurityFixture(
                certificates: certificates,
                server: server,
                clientFile: try join("client.pem", certificates.client.keyFile),
                encryptedClientFile: try join("encrypted.pem", certificates.encryptedClientKeyFile)
            )
        )
    }

    /// The stand-in lets users be made only when it asks for no login.
    private static func createUsers(_ port: Int) async throws {
        try await withMongoClient(faultConfiguration(port)) { client in
            let password = BSONValue.string(self.password)
            let users = [
                ("writer", "readWrite", "SCRAM-SHA-256"), ("reader", "read", "SCRAM-SHA-256"),
                ("old", "read", "SCRAM-SHA-1"),
            ]
            for (user, role, mechanism) in users {
                let roles: BSONValue = [["role": .string(role), "db": "security"]]
                try await client.database("admin").runCommand(
                    ["createUser": .string(user), "pwd": password, "roles": roles, "mechanisms": [.string(mechanism)]],
                    deadline: .after(.seconds(30))
                )
            }
            try await client.database("admin").runCommand([
                "createUser": "CN=test client", "mechanisms": ["MONGODB-X509"],
                "roles": [["role": "readWrite", "db": "security"]],
            ])
        }
    }
}
