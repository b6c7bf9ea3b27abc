import Foundation
import Glibc
import Synchronization
import TestKit

/// A MongoDB stand-in of a test's own that keeps what it acknowledged when it is killed.
///
/// The program is that of the environment variable `SECANTUSD`, else the one that the stack's script installs.
final class CrashingMongo: Sendable {
    let port = LoopbackPort.free()
    private let folder: TemporaryFolder
    private let process = Mutex<TestProcess?>(nil)

    init() throws {
        self.folder = try TemporaryFolder("history-crash")
        // An empty configuration keeps it from looking for one elsewhere.
        try "".write(toFile: "\(self.folder.path)/secantusd.toml", atomically: true, encoding: .utf8)
    }

    /// The connection string.
    var uri: String {
        "mongodb://127.0.0.1:\(self.port)/?directConnection=true"
    }

    /// Starts the server on the data that is there, and waits until it answers.
    func start() async throws {
        let environment = ProcessInfo.processInfo.environment
        let here = FileManager.default.currentDirectoryPath
        let server = try TestProcess(
            environment["SECANTUSD"] ?? "\(here)/.dev/venv/bin/secantusd-py",
            [
                "--config", "\(self.folder.path)/secantusd.toml", "--host", "127.0.0.1", "--port", "\(self.port)",
                "--storage-path", "\(self.folder.path)/data", "--log-level", "WARNING", "--sync-on-commit",
            ],
            environment: environment,
            folder: self.folder.path
        )
        self.process.withLock { $0 = server }
        let isUp = try await eventually(within: .seconds(60)) { LoopbackPort.accepts(self.port) }
        guard isUp else { throw TestFailure(text: "the server does not listen: \(server.errorOutput)") }
    }

    /// Kills the server and waits until it is gone.
    func crash() async throws {
        let server = self.process.withLock { $0 }
        server?.signal(SIGKILL)
        _ = try await server?.wait(atMost: .seconds(30))
    }

    /// Stops the server and removes its data.
    func remove() {
        self.process.withLock { $0 = nil }
        self.folder.remove()
    }

    struct TestFailure: Error, CustomStringConvertible {
        let text: String
        var description: String { self.text }
    }
}
