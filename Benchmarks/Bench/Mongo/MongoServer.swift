import Foundation
import Glibc

/// A MongoDB stand-in of the measurement's own, with its data in a temporary folder; it ends with this program.
///
/// It does not force its data to the disk: only the processor time of its clients is measured.
final class MongoServer: Sendable {
    static let database = "bench"

    let port: Int
    let facts: [String]
    private let process: ChildProcess

    private init(port: Int, facts: [String], process: ChildProcess) {
        self.port = port
        self.facts = facts
        self.process = process
    }

    /// Where clients connect to, and when a write counts as done: for C the same as the client's default.
    var uri: String {
        "mongodb://127.0.0.1:\(self.port)/?directConnection=true&w=majority&journal=true&wtimeoutMS=30000"
    }

    /// The end of what it has written.
    var lastWords: String { String(self.process.output.suffix(1000)) }

    /// Starts a server and waits until it listens.
    ///
    /// - Parameters:
    ///   - port: where it listens; 0 for any free port.
    ///   - environment: the Python environment that it is installed in.
    /// - Returns: the server.
    /// - Throws: `BenchFailure` with its output.
    static func start(port: Int, environment: String) async throws -> MongoServer {
        let program = "\(environment)/bin/secantusd-py"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw BenchFailure("\(program) is missing: scripts/stack up --native mongo installs it")
        }
        let folder = try TemporaryFolder().path
        let port = try port == 0 ? LoopbackPort.free() : port
        // Without one it looks for a configuration in the home folder.
        try Data().write(to: URL(filePath: "\(folder)/secantusd.toml"))
        let arguments = [
            "--config", "\(folder)/secantusd.toml", "--host", "127.0.0.1", "--port", "\(port)",
            "--storage-path", "\(folder)/data", "--log-level", "WARNING",
        ]
        let process = try await ChildProcess(program, arguments, outputPath: "\(folder)/output")
        CleanUp.add { self.stop(process) }
        let end = ContinuousClock.now.advanced(by: .seconds(30))
        while !LoopbackPort.listens(port) {
            guard process.exitCode == nil, ContinuousClock.now < end else {
                throw BenchFailure("secantusd did not start on port \(port): \(process.output.suffix(500))")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        // A port that somebody else listens on looks the same from here.
        try await Task.sleep(for: .milliseconds(200))
        guard process.exitCode == nil else {
            throw BenchFailure("secantusd ended on port \(port): \(process.output.suffix(500))")
        }
        let facts = ["server: SecantusDB (for MongoDB) on 127.0.0.1:\(port), pid \(process.pid), data in \(folder)"]
        return MongoServer(port: port, facts: facts, process: process)
    }

    /// Ends the server in order, so that nothing writes into its folder any more; nobody needs its data.
    private static func stop(_ process: ChildProcess) {
        process.signal(SIGTERM)
        for _ in 0..<300 where process.exitCode == nil { usleep(10_000) }
        process.kill()
    }
}
