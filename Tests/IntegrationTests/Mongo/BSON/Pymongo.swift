import Foundation

/// A Python with pymongo, to compare with.
enum Pymongo {
    /// Suites that need it are skipped without it, but not where `REQUIRE_STACK=1` demands all tests.
    private static let isRequired = ProcessInfo.processInfo.environment["REQUIRE_STACK"] == "1"

    /// `MONGO_PYTHON`, else the one in `.dev/venv`, which scripts/stack makes, else `python3`.
    private static let interpreter: String = {
        let candidates = [ProcessInfo.processInfo.environment["MONGO_PYTHON"], ".dev/venv/bin/python", "python3"]
        return candidates.compactMap(\.self).first { output($0, ["-c", check]) == "ok\n" } ?? "python3"
    }()

    private static let check = "import pymongo, bson; print('ok')"

    /// Whether there is one.
    static let isInstalled = isRequired || output(interpreter, ["-c", check]) == "ok\n"

    /// Runs a script to its end.
    ///
    /// - Returns: the lines that it printed; none when it failed.
    static func run(_ script: String, _ arguments: [String]) -> [String] {
        let output = self.output(self.interpreter, ["-c", script] + arguments) ?? ""
        return output.split(separator: "\n").map(String.init)
    }

    private static func output(_ program: String, _ arguments: [String]) -> String? {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        // A program that cannot be started is one that is not installed.
        guard (try? process.run()) != nil, let data = try? pipe.fileHandleForReading.readToEnd() else { return nil }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}
