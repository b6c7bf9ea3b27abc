import Foundation
import Glibc

/// The stores and the server that are measured: started on free ports, with data in a folder of their own.
final class PipelineStack: Sendable {
    private static let parts = ["redis", "postgres", "mongo", "kafka"]

    /// The repository.
    let root: String
    let folder: TemporaryFolder
    let programs: String
    private let variables: [String]

    /// Starts the stores.
    ///
    /// - Parameter root: the repository, whose scripts and configuration are used.
    /// - Returns: the stack, which ends with this program.
    /// - Throws: `BenchFailure` with the last words of what could not be started.
    static func start(root: String) async throws -> PipelineStack {
        let stack = try PipelineStack(root: root)
        // The databases' own users have to pass through; the folders inside are closed one by one.
        guard chmod(stack.folder.path, 0o711) == 0 else { throw BenchFailure("\(stack.folder.path): chmod") }
        CleanUp.add { stack.stop() }
        try await stack.script(["up", "--native", "--no-install"] + self.parts, within: .seconds(300))
        try FileManager.default.copyItem(atPath: "\(root)/config", toPath: "\(stack.folder.path)/config")
        return stack
    }

    private init(root: String) throws {
        self.root = root
        self.folder = try TemporaryFolder()
        self.programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
        var variables = [
            "STACK_HOME=\(self.folder.path)", "STACK_VENV=\(root)/.dev/venv", "KAFKA_DEV_BUILD=release",
        ]
        let ports = [
            "REDIS_PORT", "POSTGRES_PORT", "MONGO_PORT", "KAFKA_PORT", "IMENV_OPENIM_API_API_PORTS",
            "IMENV_OPENIM_MSGGATEWAY_LONGCONNSVR_PORTS", "IMENV_OPENIM_HEALTH_PORTS",
        ]
        for name in ports { variables.append("\(name)=\(try LoopbackPort.free())") }
        self.variables = variables
    }

    /// Where `NAME.pid` files are.
    var runFolder: String { "\(self.folder.path)/.dev/run" }
    /// The configuration of the server.
    var configFolder: String { "\(self.folder.path)/config" }

    /// Starts the server with some of its roles and waits until it is ready.
    func server(roles: String) async throws -> ChildProcess {
        let path = "\(self.folder.path)/openim-\(UInt32.random(in: .min ... .max)).log"
        let arguments = self.variables + ["\(self.programs)/openim", "-c", self.configFolder, "--roles", roles]
        let server = try await ChildProcess("env", arguments, outputPath: path)
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        while !server.output.contains("openim is ready") {
            guard server.exitCode == nil, ContinuousClock.now < end else {
                throw BenchFailure("openim did not become ready: \(server.output.suffix(800))")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return server
    }

    /// Runs `im-bench load` and reads its result.
    func load(_ arguments: [String], server: ChildProcess, within limit: Duration) async throws -> PipelineLoadResult {
        let path = "\(self.folder.path)/load-\(UInt32.random(in: .min ... .max)).json"
        let fixed = ["-c", self.configFolder, "--run-dir", self.runFolder, "--pid", "openim=\(server.pid)", "--json"]
        let words = self.variables + ["\(self.programs)/im-bench", "load"] + fixed + arguments
        let load = try await ChildProcess("env", words, outputPath: path)
        return try PipelineLoadResult.read(try await load.finish(within: limit))
    }

    private func script(_ arguments: [String], within limit: Duration) async throws {
        let path = "\(self.folder.path)/stack-\(arguments[0]).log"
        let script = try await ChildProcess(
            "env",
            self.variables + ["\(self.root)/scripts/stack"] + arguments,
            outputPath: path
        )
        _ = try await script.finish(within: limit)
    }

    /// Stops the stores; called at the end of the program, where nothing can be awaited.
    private func stop() {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = self.variables + ["\(self.root)/scripts/stack", "down", "--native"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        // What cannot be stopped any more is named by scripts/stack at its next start, by its port.
        guard (try? process.run()) != nil else { return }
        process.waitUntilExit()
    }
}
