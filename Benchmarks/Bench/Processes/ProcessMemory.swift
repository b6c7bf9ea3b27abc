import Foundation

/// Memory of this process.
enum ProcessMemory {
    /// What is resident, in bytes.
    static func resident() throws(BenchFailure) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kibibytes = Int(line.filter(\.isNumber))
        else { throw BenchFailure("/proc/self/status tells no resident memory") }
        return kibibytes << 10
    }
}
