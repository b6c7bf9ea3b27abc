import Glibc
import Synchronization

/// What tasks and the proxy's thread share: the rules, what is to be done at once, and the counts.
final class FaultProxyControl: Sendable {
    /// What happens to new connections.
    enum Admission: Sendable {
        case accept
        case refuse
        case leaveUnaccepted
    }

    /// Something that is done once to the connections that were accepted before it.
    struct Action: Sendable {
        enum Kind: Sendable {
            case reset
            case halfClose(FaultProxy.Direction)
        }

        let kind: Kind
        /// Connections with this number and later ones are spared.
        let firstSpared: Int
    }

    /// Where connections are cut.
    struct Cut: Sendable {
        let direction: FaultProxy.Direction
        var remaining: Int
        let repeats: Bool
        let generation: Int
    }

    private struct State {
        var requests = FaultRules()
        var replies = FaultRules()
        var admission = Admission.accept
        var cut: Cut?
        var cutGeneration = 0
        var actions: [Action] = []
        var isClosed = false
        var counts = FaultProxy.Counts()
    }

    let targetPort: Int
    /// The thread polls this end of a pipe.
    let wakeDescriptor: Int32
    private let wakeWriter: Int32
    private let state = Mutex(State())

    init(targetPort: Int) throws(SocketFailure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SocketFailure("pipe") }
        for end in ends { LoopbackSocket.prepare(end) }
        self.targetPort = targetPort
        self.wakeDescriptor = ends[0]
        self.wakeWriter = ends[1]
    }

    deinit {
        Glibc.close(self.wakeDescriptor)
        Glibc.close(self.wakeWriter)
    }

    func apply(_ fault: FaultProxy.Fault) {
        self.state.withLock { state in
            switch fault {
            case .stall(let direction), .delay(_, let direction), .throttle(_, let direction),
                .chop(_, let direction), .corrupt(_, _, let direction):
                if direction.contains(.requests) { state.requests.apply(fault) }
                if direction.contains(.replies) { state.replies.apply(fault) }
            case .cut(let bytes, let direction, let repeats):
                state.cutGeneration += 1
                state.cut = Cut(
                    direction: direction,
                    remaining: max(0, bytes),
                    repeats: repeats,
                    generation: state.cutGeneration
                )
            case .halfClose(let direction):
                state.actions.append(Action(kind: .halfClose(direction), firstSpared: state.counts.accepted))
            case .reset:
                state.actions.append(Action(kind: .reset, firstSpared: state.counts.accepted))
            case .refuse: state.admission = .refuse
            case .leaveUnaccepted: state.admission = .leaveUnaccepted
            }
        }
        self.wake()
    }

    func heal() {
        self.state.withLock { state in
            state.requests = FaultRules()
            state.replies = FaultRules()
            state.admission = .accept
            state.cut = nil
        }
        self.wake()
    }

    func close() {
        self.state.withLock { $0.isClosed = true }
        self.wake()
    }

    var counts: FaultProxy.Counts {
        self.state.withLock { $0.counts }
    }

    private func wake() {
        var byte: UInt8 = 1
        // A full pipe wakes as well.
        _ = write(self.wakeWriter, &byte, 1)
    }

    var isClosed: Bool { self.state.withLock { $0.isClosed } }

    var admission: Admission { self.state.withLock { $0.admission } }

    func takeActions() -> [Action] {
        self.state.withLock { state in
            defer { state.actions = [] }
            return state.actions
        }
    }

    func drainWakes() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(self.wakeDescriptor, &bytes, bytes.count) > 0 {}
    }

    func rules(_ direction: FaultProxy.Direction) -> FaultRules {
        self.state.withLock { direction == .requests ? $0.requests : $0.replies }
    }

    func updateCounts(_ change: (inout FaultProxy.Counts) -> Void) {
        self.state.withLock { change(&$0.counts) }
    }

    /// Calls `send`, which returns bytes or a negative error, and counts what it delivered, so that nobody sees bytes that are not counted yet.
    func delivering(_ direction: FaultProxy.Direction, _ send: () -> Int) -> Int {
        self.state.withLock { state in
            let count = send()
            if direction == .requests {
                state.counts.requestBytes += max(0, count)
            } else {
                state.counts.replyBytes += max(0, count)
            }
            return count
        }
    }

    /// The cut that is set for `direction`.
    func cut(_ direction: FaultProxy.Direction) -> Cut? {
        self.state.withLock { state in
            state.cut.flatMap { $0.direction.contains(direction) ? $0 : nil }
        }
    }

    /// Takes `count` bytes off the cut of this generation, which ends with its last byte unless it repeats.
    func spend(_ count: Int, of generation: Int) {
        self.state.withLock { state in
            guard var cut = state.cut, cut.generation == generation, !cut.repeats else { return }
            cut.remaining -= count
            state.cut = cut.remaining > 0 ? cut : nil
        }
    }
}
