import Foundation

/// What the numbers depend on besides the code.
enum Machine {
    /// Processor, system, date, and how the program was built.
    static func facts() -> [String] {
        let information = ProcessInfo.processInfo
        // A file that is missing elsewhere than on Linux leaves its fact out.
        let processors = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = processors.split(separator: "\n").first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":").last }
        let kernel = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? "?"
        let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? "?"
        #if DEBUG
        let build = "debug build: the numbers mean nothing"
        #else
        let build = "release build"
        #endif
        let name = model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
        return [
            "machine: \(information.activeProcessorCount) x \(name), \(information.physicalMemory >> 30) GiB, "
                + "Linux \(kernel.trimmingCharacters(in: .whitespacesAndNewlines))",
            "date: \(Date.now.ISO8601Format()), \(build), load \(load.split(separator: " ").prefix(3).joined(separator: " "))",
        ]
    }
}
