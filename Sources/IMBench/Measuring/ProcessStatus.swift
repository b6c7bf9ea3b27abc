import Foundation
import Glibc

/// What `/proc` says of one process.
struct ProcessStatus: Sendable {
    /// Processor time of the process and of the children that it has waited for.
    var processorSeconds = 0.0
    var residentBytes = 0
    /// The part of `residentBytes` that is no file and not shared.
    var privateBytes = 0
    var residentBytesMax = 0

    /// Reads it; nil when there is no such process.
    init?(_ pid: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        else { return nil }
        self.readTimes(stat)
        for line in status.split(separator: "\n") {
            guard let kibibytes = Int(line.filter(\.isNumber)) else { continue }
            if line.hasPrefix("VmRSS:") { self.residentBytes = kibibytes << 10 }
            if line.hasPrefix("RssAnon:") { self.privateBytes = kibibytes << 10 }
            if line.hasPrefix("VmHWM:") { self.residentBytesMax = kibibytes << 10 }
        }
    }

    /// Fields 14 to 17 of proc(5): utime, stime, cutime, cstime, in clock ticks.
    private mutating func readTimes(_ stat: String) {
        // The program's name stands in brackets and may hold anything.
        guard let bracket = stat.lastIndex(of: ")") else { return }
        let fields = stat[bracket...].split(separator: " ")
        guard fields.count > 15 else { return }
        let ticks = fields[12...15].reduce(0.0) { $0 + (Double($1) ?? 0) }
        self.processorSeconds = ticks / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }
}
