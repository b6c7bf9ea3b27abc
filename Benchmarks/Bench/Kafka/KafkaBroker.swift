import Foundation
import Glibc

/// A `kafka-dev` of the measurement's own, with its data in a temporary folder; it ends with this program.
final class KafkaBroker: Sendable {
    let port: Int
    let facts: [String]
    private let process: ChildProcess

    private init(port: Int, facts: [String], process: ChildProcess) {
        self.port = port
        self.facts = facts
        self.process = process
    }

    /// Starts a broker and waits until it listens.
    ///
    /// - Parameters:
    ///   - port: where it listens; 0 for any free port.
    ///   - program: its path, or `nil` for the one beside this program.
    /// - Returns: the broker.
    /// - Throws: `BenchFailure` with its output.
    static func start(port: Int, program: String?) async throws -> KafkaBroker {
        let folder = try TemporaryFolder().path
        let port = try port == 0 ? LoopbackPort.free() : port
        let program = try program ?? self.besideThisProgram()
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw BenchFailure("\(program) is not a program; build it: swift build -c release --product kafka-dev")
        }
        let arguments = ["--data", "\(folder)/data", "--port", "\(port)", "--auto-create-topics", "off"]
        let process = try await ChildProcess(program, arguments, outputPath: "\(folder)/output")
        CleanUp.add { process.kill() }
        let end = ContinuousClock.now.advanced(by: .seconds(10))
        while !LoopbackPort.listens(port) {
            guard process.exitCode == nil, ContinuousClock.now < end else {
                process.kill()
                throw BenchFailure("kafka-dev did not start on port \(port): \(process.output.suffix(300))")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        // A port that somebody else listens on looks the same from here.
        try await Task.sleep(for: .milliseconds(50))
        guard process.exitCode == nil else {
            throw BenchFailure("kafka-dev ended on port \(port): \(process.output.suffix(300))")
        }
        let facts = ["broker: kafka-dev on 127.0.0.1:\(port), pid \(process.pid), data in \(folder), --fsync 1s"]
        return KafkaBroker(port: port, facts: facts, process: process)
    }

    /// The end of what it has written.
    var lastWords: String { String(self.process.output.suffix(1000)) }

    /// Processor time of the broker's process so far, user and system.
    func processorSeconds() throws(BenchFailure) -> Double {
        // The name in brackets may hold anything, so fields are counted behind it (proc(5), /proc/pid/stat).
        guard let text = try? String(contentsOfFile: "/proc/\(self.process.pid)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else { throw BenchFailure("/proc tells nothing of the broker") }
        let fields = text[name...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw BenchFailure("/proc tells no processor time of the broker")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func besideThisProgram() throws(BenchFailure) -> String {
        guard let folder = Bundle.main.executableURL?.deletingLastPathComponent() else {
            throw BenchFailure("this program does not know where it is: name kafka-dev by --broker")
        }
        return folder.appending(path: "kafka-dev").path
    }
}
