import Foundation
import Glibc

/// The processes whose use of the machine is measured beside a load.
struct ProcessWatch: Sendable {
    /// The name under which this process is listed.
    static let ownName = "im-bench"

    /// Processes that were named, and this one.
    private let pids: [String: Int32]
    private let runFolder: String?

    /// - Parameters:
    ///   - pids: `NAME=PID` or `PID`, as given on the command line.
    ///   - runFolder: a folder with `NAME.pid` files, whose first word is a pid.
    /// - Throws: `LoadFailure` for a text that names no pid.
    init(pids: [String], runFolder: String?) throws {
        var named = [Self.ownName: getpid()]
        for text in pids {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard let pid = parts.last.flatMap({ Int32($0) }) else { throw LoadFailure("--pid \(text): NAME=PID") }
            named[parts.count == 2 ? String(parts[0]) : "pid \(pid)"] = pid
        }
        self.pids = named
        self.runFolder = runFolder
    }

    /// What all of them have used so far, by name; those that do not run are left out.
    ///
    /// The folder is read each time: a process that was restarted meanwhile has another pid.
    func read() -> [String: ProcessUsage] {
        self.pids.merging(self.running) { named, _ in named }.compactMapValues { ProcessUsage.read($0) }
    }

    private var running: [String: Int32] {
        guard let runFolder = self.runFolder else { return [:] }
        var found: [String: Int32] = [:]
        // Without such a folder the stack was not started by our script: nothing to watch.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runFolder)) ?? []
        for name in names where name.hasSuffix(".pid") {
            let text = (try? String(contentsOfFile: "\(runFolder)/\(name)", encoding: .utf8)) ?? ""
            guard let pid = text.split(whereSeparator: \.isWhitespace).first.flatMap({ Int32($0) }) else { continue }
            found[String(name.dropLast(4))] = pid
        }
        return found
    }

    /// Reads once a second until the task is cancelled.
    ///
    /// - Returns: the most resident memory that was seen of each.
    func residentMaxima() async -> [String: Int] {
        var maxima: [String: Int] = [:]
        while !Task.isCancelled {
            for (name, usage) in self.read() { maxima[name] = max(maxima[name] ?? 0, usage.residentBytes) }
            // Ends early with the task.
            try? await Task.sleep(for: .seconds(1))
        }
        return maxima
    }
}
