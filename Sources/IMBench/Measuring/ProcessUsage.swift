import Foundation

/// What a process and those that it has started have used.
struct ProcessUsage: Sendable, Equatable {
    /// Processor time, user and system, of ended children too.
    var processorSeconds = 0.0
    /// Resident memory; what children share with their parent is counted once.
    var residentBytes = 0
    /// The most that the process itself ever had resident, since its start.
    var residentBytesMax = 0

    /// Reads what the system knows; nil when there is no such process.
    static func read(_ pid: Int32) -> ProcessUsage? {
        guard let root = ProcessStatus(pid) else { return nil }
        var usage = ProcessUsage()
        usage.processorSeconds = root.processorSeconds
        usage.residentBytes = root.residentBytes
        usage.residentBytesMax = root.residentBytesMax
        for child in self.descendants(of: pid) {
            guard let status = ProcessStatus(child) else { continue }
            usage.processorSeconds += status.processorSeconds
            usage.residentBytes += status.privateBytes
        }
        return usage
    }

    /// What was used since an earlier reading; memory as it is now.
    func since(_ earlier: ProcessUsage) -> ProcessUsage {
        var difference = self
        // Less than before: the process was restarted, and what the first one used is not known any more.
        let isRestarted = self.processorSeconds < earlier.processorSeconds
        difference.processorSeconds -= isRestarted ? 0 : earlier.processorSeconds
        return difference
    }

    private static func descendants(of pid: Int32) -> [Int32] {
        // Absent without the kernel's option for it; then only the process itself is seen.
        let path = "/proc/\(pid)/task/\(pid)/children"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let children = text.split(separator: " ").compactMap { Int32($0) }
        return children + children.flatMap { self.descendants(of: $0) }
    }
}
