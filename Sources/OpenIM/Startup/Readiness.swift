import Synchronization

/// Knows when everything that listens does so, and tells it once, as one line on standard output.
final class Readiness: Sendable {
    private struct State {
        var awaited: Set<String>
        var addresses: [String: String] = [:]
    }

    private let state: Mutex<State>
    private let announce: @Sendable (String) -> Void

    /// - Parameters:
    ///   - awaited: the names of what must be ready.
    ///   - announce: takes the line, without its end.
    init(awaited: Set<String>, announce: @escaping @Sendable (String) -> Void) {
        self.state = Mutex(State(awaited: awaited))
        self.announce = announce
    }

    /// Whether all is ready.
    var isReady: Bool {
        self.state.withLock { $0.awaited.isEmpty }
    }

    /// Notes that `name` is ready, with the address to reach it, if it has one.
    func arrived(_ name: String, address: String? = nil) {
        let line = self.state.withLock { state -> String? in
            guard state.awaited.remove(name) != nil else { return nil }
            state.addresses[name] = address
            guard state.awaited.isEmpty else { return nil }
            let list = state.addresses.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return (["openim is ready"] + list).joined(separator: ", ")
        }
        if let line { self.announce(line) }
    }
}
