import Foundation
import ServerRuntime
import Synchronization
import TestKit

/// A `redis-server` of a test's own, which may be stopped, killed and started again.
///
/// It ends with the test, with this object, or with the test run, whichever is first. Its folder goes with it.
final class RedisServerProcess: Sendable {
    /// What went wrong, with the server's own output.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Without the program its suites are skipped, but not where `REQUIRE_STACK=1` demands all tests.
    static let isAvailable =
        ProcessInfo.processInfo.environment["REQUIRE_STACK"] == "1"
        || (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/redis-server")
        }

    /// Between a node's port and its cluster bus.
    static let busPortOffset = 10_000

    let options: Options
    /// The plain port, also of a server with TLS.
    let port: Int
    let tlsPort: Int?
    private let folder: TemporaryFolder
    private let process: Mutex<GuardedProcess>

    /// Starts a server on a free port; it is not ready yet.
    ///
    /// - Parameters:
    ///   - options: what kind of server.
    ///   - port: one that was taken from `TestPorts` before; the server gives it back.
    /// - Throws: `TestPorts.Exhausted`, `GuardedProcess.Failure`, or what the file system says.
    init(_ options: Options = Options(), port: Int? = nil) throws {
        let folder = try TemporaryFolder("redis")
        let port = try port ?? TestPorts.take(alsoFreeAt: options.needsBusPort ? Self.busPortOffset : nil)
        var tlsPort: Int?
        do {
            if options.tls != nil { tlsPort = try TestPorts.take() }
            let text = options.configuration(port: port, tlsPort: tlsPort, folder: folder.path)
            for (name, content) in options.files.merging(["redis.conf": text], uniquingKeysWith: { _, new in new }) {
                try Data(content.utf8).write(to: URL(filePath: "\(folder.path)/\(name)"))
            }
            self.process = Mutex(try Self.launch(options, folder.path))
            self.tlsPort = tlsPort
        } catch {
            TestPorts.release(port)
            if let tlsPort { TestPorts.release(tlsPort) }
            throw error
        }
        self.options = options
        self.port = port
        self.folder = folder
    }

    deinit {
        self.close()
        TestPorts.release(self.port)
        if let tlsPort { TestPorts.release(tlsPort) }
    }

    /// Runs `body` with a new server that is ready; kills it afterwards.
    static func with<Result>(
        _ options: Options,
        _ body: (RedisServerProcess) async throws -> Result
    ) async throws -> Result {
        let server = try RedisServerProcess(options)
        defer { server.close() }
        try await server.waitUntilReady()
        return try await body(server)
    }

    /// The same for a server with nothing but a password.
    static func with<Result>(
        password: String = "",
        _ body: (RedisServerProcess) async throws -> Result
    ) async throws -> Result {
        var options = Options()
        options.password = password
        return try await self.with(options, body)
    }

    /// Ends the process as a crash would.
    func kill() { self.process.withLock { $0.kill() } }

    /// Starts the process again on the same port, empty unless it is persistent; it is not ready yet.
    func start() throws {
        try self.process.withLock { process in
            process.kill()
            process = try Self.launch(self.options, self.folder.path)
        }
    }

    /// Stalls the process: its sockets stay open and nothing is answered.
    func stall() { self.process.withLock { $0.stall() } }

    /// Lets a stalled process go on.
    func resume() { self.process.withLock { $0.resume() } }

    /// Kills the process and removes its folder; once is enough.
    func close() {
        self.kill()
        self.folder.remove()
    }

    var isRunning: Bool { self.process.withLock { $0.exitCode == nil } }

    /// What the server has written since its first start, for the message of a failing test.
    var output: String { self.process.withLock { $0.output } }

    /// Waits until the server answers PING and has loaded its data.
    ///
    /// - Throws: `Failure` with the server's output when it ended, or when it is not ready in time.
    func waitUntilReady(within limit: Duration = .seconds(10)) async throws {
        let end = ContinuousClock.now.advanced(by: limit)
        while ContinuousClock.now < end {
            guard self.isRunning else { throw self.failure("the server ended") }
            // A refused connection or an error such as LOADING means: not yet.
            if try await self.isAnswering(within: .seconds(1)) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw self.failure("the server was not ready within \(limit)")
    }

    private func isAnswering(within limit: Duration) async throws -> Bool {
        do {
            return try await self.send(["PING"], within: limit) == .status("PONG")
        } catch {
            try Task.checkCancellation()
            return false
        }
    }

    /// Sends one command over a new plain connection, as the default user.
    ///
    /// - Throws: `SocketFailure` or `RESPConnection.Failure`. An error reply is returned.
    @discardableResult func send(_ command: [String], within limit: Duration = .seconds(5)) async throws -> RESPReply {
        let (port, password) = (self.port, self.options.password)
        return try await onThread {
            var connection = try RESPConnection(port: port, password: password, deadline: .after(limit))
            return try connection.send(command)
        }
    }

    /// The same, but an error reply is thrown as `Failure`.
    @discardableResult func expect(_ command: String..., within limit: Duration = .seconds(5)) async throws -> RESPReply
    {
        let reply = try await self.send(command, within: limit)
        if case .error(let text) = reply {
            throw Failure(description: "\(self.port) \(command.joined(separator: " ")): \(text)")
        }
        return reply
    }

    /// Runs `redis-cli` against this server.
    ///
    /// - Returns: what it printed.
    /// - Throws: `Failure` when its exit code is not 0 or it took longer than `limit` and was killed.
    func cli(_ arguments: [String], within limit: Duration = .seconds(20)) async throws -> String {
        let folder = try TemporaryFolder("redis-cli")
        defer { folder.remove() }
        let process = try GuardedProcess(
            "redis-cli",
            ["-h", "127.0.0.1", "-p", "\(self.port)"] + arguments,
            environment: self.options.password.isEmpty ? [:] : ["REDISCLI_AUTH": self.options.password],
            outputPath: "\(folder.path)/output"
        )
        let code = await process.wait(atMost: limit)
        guard code == 0 else {
            throw Failure(
                description: "redis-cli \(arguments.joined(separator: " ")): exit code \(code)\n\(process.output)"
            )
        }
        return process.output
    }

    /// The value of one line of `INFO`.
    func info(_ name: String) async throws -> String? {
        let text = try await self.expect("INFO", "everything").text ?? ""
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(name):") }
        return line.map { String($0.dropFirst(name.count + 1)) }
    }

    /// A failure with the last lines of the server's output.
    func failure(_ reason: String) -> Failure {
        let lines = self.output.split(separator: "\n").suffix(30).joined(separator: "\n")
        return Failure(description: "redis on port \(self.port): \(reason)\n\(lines)")
    }

    private static func launch(_ options: Options, _ folder: String) throws -> GuardedProcess {
        let arguments = ["\(folder)/redis.conf"] + (options.isSentinel ? ["--sentinel"] : [])
        return try GuardedProcess("redis-server", arguments, outputPath: "\(folder)/output")
    }
}
