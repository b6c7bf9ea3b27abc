import Foundation
import Mongo
import ServerRuntime
import Synchronization
import TestKit

/// A stand-in for MongoDB of a test's own, which may be stopped, killed and started again with its data.
///
/// Every commit is synced, so that what it has acknowledged outlives a kill. It ends with the test, with this object, or
/// with the test run, whichever is first. Its folder goes with it.
final class MongoServerProcess: Sendable {
    /// What went wrong, with the server's own output.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let program =
        environment("SECANTUSD") ?? "\(FileManager.default.currentDirectoryPath)/.dev/venv/bin/secantusd-py"

    /// Without the program its suites are skipped, but not where `REQUIRE_STACK=1` demands all tests.
    static let isAvailable =
        environment("REQUIRE_STACK") == "1" || FileManager.default.isExecutableFile(atPath: MongoServerProcess.program)

    let port: Int
    private let folder: TemporaryFolder
    private let process: Mutex<GuardedProcess>

    /// Starts a server on a free port; it is not ready yet.
    ///
    /// - Throws: `TestPorts.Exhausted`, `GuardedProcess.Failure`, or what the file system says.
    init() throws {
        let folder = try TemporaryFolder("mongo")
        let port = try TestPorts.take()
        do {
            // An empty configuration keeps it from looking for one in the home folder.
            try Data().write(to: URL(filePath: "\(folder.path)/server.toml"))
            self.process = Mutex(try Self.launch(port, folder.path, []))
        } catch {
            TestPorts.release(port)
            throw error
        }
        self.port = port
        self.folder = folder
    }

    deinit {
        self.kill()
        TestPorts.release(self.port)
    }

    /// Runs `body` with a new server that is ready; kills it afterwards.
    static func with<Result>(_ body: (MongoServerProcess) async throws -> Result) async throws -> Result {
        let server = try MongoServerProcess()
        defer { server.kill() }
        try await server.waitUntilReady()
        return try await body(server)
    }

    private static func launch(_ port: Int, _ folder: String, _ arguments: [String]) throws -> GuardedProcess {
        try GuardedProcess(
            self.program,
            [
                "--config", "\(folder)/server.toml", "--host", "127.0.0.1", "--port", "\(port)", "--storage-path",
                "\(folder)/data", "--log-level", "WARNING", "--cache-size", "64M", "--sync-on-commit",
            ] + arguments,
            outputPath: "\(folder)/log"
        )
    }

    /// Ends the process as a crash would.
    func kill() { self.process.withLock { $0.kill() } }

    /// Stops all its threads: connections stay open and nothing is answered.
    func stall() { self.process.withLock { $0.stall() } }

    /// Lets it go on.
    func resume() { self.process.withLock { $0.resume() } }

    /// Asks it to end, and kills it after five seconds.
    ///
    /// It takes no more connections then, but waits for those that it has to be closed by the clients.
    func terminate() async {
        let process = self.process.withLock { $0 }
        _ = await process.terminate(within: .seconds(5))
    }

    /// Starts it again on the same port, with its data, and waits until it is ready.
    ///
    /// - Parameter arguments: more options of its command line.
    /// - Throws: `Failure`; `GuardedProcess.Failure`.
    func restart(_ arguments: [String] = []) async throws {
        self.kill()
        try self.process.withLock { $0 = try Self.launch(self.port, self.folder.path, arguments) }
        try await self.waitUntilReady()
    }

    /// - Throws: `Failure` when it has ended or does not listen within a minute.
    func waitUntilReady() async throws {
        let port = self.port
        let isReady = try await eventually(within: .seconds(60)) {
            if let code = self.process.withLock({ $0 }).exitCode { throw self.failure("ended with \(code)") }
            return LoopbackPort.accepts(port)
        }
        guard isReady else { throw self.failure("does not listen") }
    }

    private func failure(_ reason: String) -> Failure {
        Failure(
            description: "the server on port \(self.port) \(reason): \(self.process.withLock { $0.output.suffix(800) })"
        )
    }
}
