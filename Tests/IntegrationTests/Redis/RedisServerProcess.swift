import Foundation
import Redis

/// A `redis-server` of a test's own, which may be stopped and killed.
final class RedisServerProcess: @unchecked Sendable {
    // Unchecked: a test uses its server from one task at a time.

    /// Without the program its suites are skipped, but not where `REQUIRE_STACK=1` demands all tests.
    static let isAvailable =
        ProcessInfo.processInfo.environment["REQUIRE_STACK"] == "1"
        || (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/redis-server")
        }

    let port: Int
    private let password: String
    private var process: Process

    private init(port: Int, password: String) throws {
        self.port = port
        self.password = password
        self.process = try Self.launch(port: port, password: password)
    }

    /// Runs `body` with a new server on a free port; kills it afterwards.
    static func with<Result>(
        password: String = "",
        _ body: (RedisServerProcess) async throws -> Result
    ) async throws -> Result {
        let server = try RedisServerProcess(port: FreePort.find(), password: password)
        defer { server.kill() }
        return try await body(server)
    }

    /// The configuration of a client for this server.
    var configuration: RedisConfiguration {
        RedisConfiguration(port: self.port, password: self.password)
    }

    /// Ends the process as a crash would.
    func kill() {
        guard self.process.isRunning else { return }
        self.signal(SIGKILL)
        self.process.waitUntilExit()
    }

    /// Starts the process again on the same port, empty.
    func start() throws {
        self.process = try Self.launch(port: self.port, password: self.password)
    }

    /// Stalls the process: its sockets stay open and nothing is answered.
    func stall() { self.signal(SIGSTOP) }

    /// Lets a stalled process go on.
    func resume() { self.signal(SIGCONT) }

    private func signal(_ number: Int32) {
        _ = Foundation.kill(self.process.processIdentifier, number)
    }

    private static func launch(port: Int, password: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        ]
        if !password.isEmpty { process.arguments?.append(contentsOf: ["--requirepass", password]) }
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
