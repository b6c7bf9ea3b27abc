import Foundation
import TestKit

/// Clients of Kafka that are not ours, as programs.
enum KafkaClient {
    /// A client that failed, with what it printed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Suites that need a client are skipped without it, but not where `REQUIRE_STACK=1` demands all tests.
    private static let isRequired = ProcessInfo.processInfo.environment["REQUIRE_STACK"] == "1"

    /// Whether Debian's kcat is installed.
    static let hasKcat = isRequired || runs("kcat", ["-V"])

    /// Whether Debian's python3-kafka is installed.
    static let hasKafkaPython = isRequired || runs("/usr/bin/python3", ["-c", "import kafka"])

    /// A Python with PyPI's confluent-kafka: `KAFKA_DEV_PYTHON`, else the one in `.dev/venv`, else `python3`.
    static let confluentPython: String = {
        let candidates = [ProcessInfo.processInfo.environment["KAFKA_DEV_PYTHON"], ".dev/venv/bin/python", "python3"]
        return candidates.compactMap(\.self).first { runs($0, ["-c", "import confluent_kafka"]) } ?? "python3"
    }()

    /// Whether PyPI's confluent-kafka is installed.
    static let hasConfluent = isRequired || runs(confluentPython, ["-c", "import confluent_kafka"])

    private static func runs(_ program: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Starts a client; its output goes to a file of `folder`.
    static func start(_ program: String, _ arguments: [String], folder: String) throws -> GuardedProcess {
        let name = UInt64.random(in: 0 ... .max)
        return try GuardedProcess(program, arguments, outputPath: "\(folder)/\(name).out")
    }

    /// Runs a client to its end.
    ///
    /// - Returns: what it printed.
    /// - Throws: `Failure` when it failed or took too long.
    @discardableResult
    static func run(
        _ program: String,
        _ arguments: [String],
        folder: String,
        within limit: Duration = .seconds(90)
    ) async throws -> String {
        let process = try self.start(program, arguments, folder: folder)
        let code = await process.wait(atMost: limit)
        guard code == 0 else {
            throw Failure(description: "\(program) ended with \(code):\n\(process.output)")
        }
        return process.output
    }

    /// Runs a Python script to its end.
    @discardableResult
    static func python(
        _ interpreter: String,
        _ script: String,
        _ arguments: [String],
        folder: String,
        within limit: Duration = .seconds(120)
    ) async throws -> String {
        try await self.run(interpreter, ["-c", script] + arguments, folder: folder, within: limit)
    }

    /// Writes lines to a topic with kcat.
    static func kcatProduce(
        _ lines: [String],
        to topic: String,
        _ broker: KafkaDevProcess,
        _ options: [String] = []
    ) async throws {
        let path = "\(broker.folderPath)/lines-\(UInt64.random(in: 0 ... .max))"
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
        let arguments = ["-P", "-b", broker.address, "-t", topic, "-l", path] + options
        try await self.run("kcat", arguments, folder: broker.folderPath)
    }

    /// Reads all of a topic with kcat.
    static func kcatConsume(
        _ topic: String,
        _ broker: KafkaDevProcess,
        _ options: [String] = []
    ) async throws -> [String] {
        let arguments = ["-C", "-b", broker.address, "-t", topic, "-e", "-q"] + options
        let output = try await self.run("kcat", arguments, folder: broker.folderPath)
        return output.split(separator: "\n").map(String.init)
    }
}
