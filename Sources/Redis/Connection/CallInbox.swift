import ServerRuntime
import Synchronization

/// Where calling tasks and the I/O thread meet.
///
/// The lock is held for a few field accesses only. Limits count calls from submission to their last reply.
final class CallInbox: Sendable {
    /// What the I/O thread finds at the start of a turn.
    struct Intake {
        var calls: [PendingCall]
        var isClosing: Bool
        /// A waiter has gone: queued calls may be dropped.
        var hasAbandoned: Bool
    }

    private enum Phase {
        case idle
        case running
        case closing
        case closed
    }

    private struct State {
        var phase = Phase.idle
        var incoming: [PendingCall] = []
        var pendingCommands = 0
        var pendingBytes = 0
        var hasAbandoned = false
        /// Whether the I/O thread is in `poll`, or about to be, and must be woken.
        var isAsleep = false
        /// Why the server does not let us in, until it does.
        var refusal: RedisError?

        mutating func dropFinished() {
            // Asked once for each call: the answer may change at any time.
            var kept: [PendingCall] = []
            for call in self.incoming {
                if call.isFinished {
                    self.pendingCommands -= call.commandCount
                    self.pendingBytes -= call.bytes.count
                } else {
                    kept.append(call)
                }
            }
            self.incoming = kept
        }
    }

    let wakeUp = WakeUp()
    private let commandsMax: Int
    private let bytesMax: Int
    private let state = Mutex(State())

    init(commandsMax: Int, bytesMax: Int) {
        self.commandsMax = commandsMax
        self.bytesMax = bytesMax
    }

    /// Whether `run()` has not begun: nobody then watches deadlines.
    var isIdle: Bool {
        self.state.withLock { $0.phase == .idle }
    }

    // MARK: - Calling tasks

    /// Hands a call over to the I/O thread, or returns why not.
    func submit(_ call: PendingCall) -> RedisError? {
        let (error, wakes) = self.state.withLock { state -> (RedisError?, Bool) in
            guard state.phase == .idle || state.phase == .running else {
                return (RedisError(.closed, "the client is closed"), false)
            }
            if let refusal = state.refusal { return (refusal, false) }
            guard
                state.pendingCommands + call.commandCount <= self.commandsMax,
                state.pendingBytes + call.bytes.count <= self.bytesMax
            else {
                let pending = "\(state.pendingCommands) commands of \(state.pendingBytes) bytes"
                return (RedisError(.queueFull, "\(pending) are pending"), false)
            }
            state.pendingCommands += call.commandCount
            state.pendingBytes += call.bytes.count
            state.incoming.append(call)
            defer { state.isAsleep = false }
            return (nil, state.isAsleep)
        }
        if wakes { self.wakeUp.signal() }
        return error
    }

    /// Tells that the waiter of some call has gone, so that its room is given back soon.
    func noteAbandoned() {
        self.wake { state in
            state.hasAbandoned = true
            // Before `run()` nobody else tidies up.
            if state.phase == .idle { state.dropFinished() }
        }
    }

    // MARK: - Life

    /// Marks the client as running.
    func start() throws(RedisError) {
        let started = self.state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        guard started else { throw RedisError(.alreadyRunning, "run() may be called once") }
    }

    /// Asks the I/O thread to end.
    func close() {
        self.wake { state in
            if state.phase == .running { state.phase = .closing }
        }
    }

    /// The I/O thread has ended: nothing is accepted any more.
    ///
    /// Returns the calls that came last.
    func finish() -> [PendingCall] {
        self.state.withLock { state in
            state.phase = .closed
            defer { state.incoming = [] }
            return state.incoming
        }
    }

    // MARK: - I/O thread

    /// Takes what has come in, and gives back the room of ended calls.
    func take(released: CommandQueue.Released) -> Intake {
        self.state.withLock { state in
            state.isAsleep = false
            state.pendingCommands -= released.commands
            state.pendingBytes -= released.bytes
            var calls: [PendingCall] = []
            swap(&calls, &state.incoming)
            defer { state.hasAbandoned = false }
            return Intake(calls: calls, isClosing: state.phase == .closing, hasAbandoned: state.hasAbandoned)
        }
    }

    /// Gives back the room of ended calls.
    func release(_ released: CommandQueue.Released) {
        self.state.withLock { state in
            state.pendingCommands -= released.commands
            state.pendingBytes -= released.bytes
        }
    }

    /// Whether there is nothing to take; if so, the next submission signals `wakeUp`.
    func mayFallAsleep() -> Bool {
        self.state.withLock { state in
            guard state.incoming.isEmpty, state.phase == .running, !state.hasAbandoned else { return false }
            state.isAsleep = true
            return true
        }
    }

    /// Sets, or with `nil` ends, the refusal with which calls fail at once.
    func setRefusal(_ refusal: RedisError?) {
        self.state.withLock { $0.refusal = refusal }
    }

    private func wake(_ change: (inout State) -> Void) {
        let wakes = self.state.withLock { state in
            change(&state)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wakes { self.wakeUp.signal() }
    }
}
