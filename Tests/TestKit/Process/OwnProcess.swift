import Foundation

/// What this process uses, for tests which prove that nothing leaks.
///
/// Other tests of the same process use threads and descriptors too: compare in a serialized suite, with `eventually`.
public enum OwnProcess {
    /// How many descriptors are open: files, sockets, pipes.
    public static func openDescriptors() -> Int {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        // The descriptor that listed the folder is among them.
        return max(0, entries.count - 1)
    }

    /// How many threads run.
    public static func threadCount() -> Int {
        self.status("Threads") ?? 0
    }

    /// Memory that is resident, in bytes.
    public static func residentMemory() -> Int {
        (self.status("VmRSS") ?? 0) * 1_024
    }

    private static func status(_ name: String) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return line.flatMap { Int($0.drop { !$0.isNumber }.prefix { $0.isNumber }) }
    }
}
