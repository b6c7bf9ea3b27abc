import Synchronization

/// Checks strong reads: one that begins after the tag-delete of a version has ended returns no older one.
///
/// Complete for versions that only grow, so a run of any length needs the memory of its keys only.
final class ReadHistory: Sendable {
    /// A read that has begun.
    struct Read: Sendable {
        let key: String
        /// The newest version whose tag-delete had ended before.
        let versionMin: Int
    }

    private struct State: Sendable {
        var tagged: [String: Int] = [:]
        var violations: [String] = []
        var reads = 0
        var isSuspended = false
    }

    private let state = Mutex(State())

    /// The reads that were too old, a few of them.
    var violations: [String] { self.state.withLock { $0.violations } }
    /// The reads that ended with a value.
    var reads: Int { self.state.withLock { $0.reads } }

    /// Forgets all tag-deletes, and learns of no more until `resume`: they may be lost.
    func suspend() {
        self.state.withLock { state in
            state.tagged = [:]
            state.isSuspended = true
        }
    }

    /// Learns of tag-deletes again.
    func resume() {
        self.state.withLock { $0.isSuspended = false }
    }

    /// The tag-delete after `version` was committed has ended.
    func tagged(_ key: String, _ version: Int) {
        self.state.withLock { state in
            guard !state.isSuspended else { return }
            state.tagged[key] = max(state.tagged[key] ?? 0, version)
        }
    }

    /// A read begins.
    func begin(_ key: String) -> Read {
        self.state.withLock { Read(key: key, versionMin: $0.tagged[key] ?? 0) }
    }

    /// A read has ended with `version`.
    func end(_ read: Read, _ version: Int) {
        self.state.withLock { state in
            state.reads += 1
            guard version < read.versionMin, state.violations.count < 10 else { return }
            state.violations.append("\(read.key): read \(version) after the tag-delete of \(read.versionMin)")
        }
    }
}
