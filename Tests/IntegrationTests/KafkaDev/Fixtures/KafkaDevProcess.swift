import Foundation
import Synchronization
import TestKit

/// A `kafka-dev` of a test's own, which may be stopped, killed and started again on the same data.
///
/// It ends with the test, with this object, or with the test run, whichever is first. Its folder goes with it.
final class KafkaDevProcess: Sendable {
    /// What went wrong, with the broker's own output.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let port: Int
    private let arguments: [String]
    private let folder: TemporaryFolder
    private let process: Mutex<GuardedProcess>

    /// Starts a broker on a free port; it is not ready yet.
    ///
    /// - Parameter arguments: beside port and folder.
    /// - Throws: `TestPorts.Exhausted`, `GuardedProcess.Failure`, or what the file system says.
    init(_ arguments: [String] = []) throws {
        let folder = try TemporaryFolder("kafka-dev")
        let port = try TestPorts.take()
        self.port = port
        self.folder = folder
        self.arguments = ["--port", "\(port)", "--data", "\(folder.path)/data"] + arguments
        self.process = Mutex(try Self.launch(self.arguments, folder.path))
    }

    deinit {
        self.process.withLock { $0.kill() }
        TestPorts.release(self.port)
    }

    private static func launch(_ arguments: [String], _ folder: String) throws -> GuardedProcess {
        try GuardedProcess(BuiltProduct.path("kafka-dev"), arguments, outputPath: "\(folder)/log")
    }

    /// Runs `body` beside a broker that is ready.
    static func with(_ arguments: [String] = [], body: (KafkaDevProcess) async throws -> Void) async throws {
        let broker = try KafkaDevProcess(arguments)
        try await broker.waitUntilReady()
        try await body(broker)
        _ = await broker.stop()
    }

    /// Where clients connect to.
    var address: String { "127.0.0.1:\(self.port)" }

    /// Where scripts may leave files.
    var folderPath: String { self.folder.path }

    /// What it has logged so far.
    var output: String { self.process.withLock { $0.output } }

    /// Memory that is resident, in bytes.
    var residentMemory: Int {
        let pid = self.process.withLock { $0.pid }
        let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) << 10
    }

    /// Returns when it accepts connections.
    ///
    /// - Returns: how long that took.
    /// - Throws: `Failure` when it does not within `limit`.
    @discardableResult
    func waitUntilReady(within limit: Duration = .seconds(20)) async throws -> Duration {
        let began = ContinuousClock.now
        let end = began + limit
        while ContinuousClock.now < end {
            if LoopbackPort.accepts(self.port) { return ContinuousClock.now - began }
            guard self.process.withLock({ $0.exitCode }) == nil else { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Failure(description: "kafka-dev is not ready:\n\(self.output)")
    }

    /// Ends it as a crash would.
    func kill() {
        self.process.withLock { $0.kill() }
    }

    /// Asks it to stop.
    ///
    /// - Returns: its exit code.
    func stop() async -> Int32 {
        let process = self.process.withLock { $0 }
        return await process.terminate(within: .seconds(20))
    }

    /// Starts it again after its end.
    func start() throws {
        let process = try Self.launch(self.arguments, self.folder.path)
        self.process.withLock { $0 = process }
    }
}
