import Synchronization

/// Collects, while sections are read, what is wrong and which keys are read at all.
final class ConfigurationRecord: Sendable {
    private struct State {
        var problems: [String] = []
        var keysRead: Set<String> = []
    }

    private let state = Mutex(State())

    func addProblem(_ line: String) {
        self.state.withLock { $0.problems.append(line) }
    }

    func addRead(_ key: String) {
        self.state.withLock { _ = $0.keysRead.insert(key) }
    }

    var keysRead: Set<String> {
        self.state.withLock { $0.keysRead }
    }

    func throwIfAny() throws(ConfigurationError) {
        let problems = self.state.withLock { $0.problems }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
    }
}
