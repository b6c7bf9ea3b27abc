import Foundation
import Glibc
import Redis
import ServerRuntime

/// A `redis-server` of the measurement's own, without disk; it ends with this program.
final class RedisServer: Sendable {
    let port: Int
    /// The certificate of the second port, which speaks TLS; `nil` where the server or openssl(1) cannot.
    let certificateFile: String?
    /// What `INFO` says about its version.
    let facts: [String]
    private let process: ChildProcess

    var pid: pid_t { self.process.pid }
    var tlsPort: Int { self.port + 1 }

    private init(port: Int, certificateFile: String?, facts: [String], process: ChildProcess) {
        self.port = port
        self.certificateFile = certificateFile
        self.facts = facts
        self.process = process
    }

    /// Starts a server and waits until it answers.
    ///
    /// - Parameter port: where it listens; 0 for any free port.
    /// - Returns: the server.
    /// - Throws: `BenchFailure` with its output.
    static func start(port: Int) async throws -> RedisServer {
        let folder = try TemporaryFolder().path
        let port = port == 0 ? try LoopbackPort.free() : port
        let arguments = [
            "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no",
            // Why it closes a connection it says at this level only.
            "--loglevel", "verbose",
        ]
        if let certificate = await self.makeCertificate(in: folder) {
            let tls = [
                "--tls-port", "\(port + 1)", "--tls-cert-file", certificate, "--tls-key-file", "\(folder)/key.pem",
                "--tls-auth-clients", "no",
            ]
            // A server that was built without TLS ends at once because of these options.
            if let server = try? await self.start(port, certificate, arguments + tls, folder) { return server }
        }
        return try await self.start(port, nil, arguments, folder)
    }

    private static func start(
        _ port: Int,
        _ certificate: String?,
        _ arguments: [String],
        _ folder: String
    ) async throws -> RedisServer {
        let process = try await ChildProcess("redis-server", arguments, outputPath: "\(folder)/output")
        CleanUp.add { process.kill() }
        let end = ContinuousClock.now.advanced(by: .seconds(10))
        while !process.output.contains("Ready to accept connections") {
            guard process.exitCode == nil, ContinuousClock.now < end else {
                process.kill()
                throw BenchFailure("redis-server did not start on port \(port): \(process.output.suffix(300))")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        let version = process.output.firstMatch(of: /Redis version=([0-9.]+)/).map { String($0.1) }
        let facts = ["server: redis-server \(version ?? "?") on 127.0.0.1:\(port), pid \(process.pid), no disk"]
        return RedisServer(port: port, certificateFile: certificate, facts: facts, process: process)
    }

    /// The end of what it has written.
    var lastWords: String { String(self.process.output.suffix(1000)) }

    /// Lets a server that was stopped go on.
    func resume() { self.process.signal(SIGCONT) }

    private static func makeCertificate(in folder: String) async -> String? {
        let certificate = "\(folder)/certificate.pem"
        let arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder)/key.pem", "-out", certificate,
        ]
        // Without openssl(1) TLS is not measured, and the report lacks its lines.
        let process = try? await ChildProcess("openssl", arguments, outputPath: "\(folder)/openssl")
        let output = try? await process?.finish(within: .seconds(20))
        return output == nil ? nil : certificate
    }
}
