import Glibc
import ServerRuntime
import Synchronization

/// What the streams of one client have to know of the call that the client runs: when it ends, and whether it has ended
/// already.
///
/// The thread of the call reads and writes through the streams; the timer and cancelled tasks stop it from outside. Lock
/// order: this lock is the innermost.
final class StreamControl: Sendable {
    private struct State {
        /// The call that the client runs, or ran last; 0 for none.
        var call: UInt64 = 0
        /// The call that was told to stop last.
        var stopped: UInt64 = .max
        /// Whether the client has given bytes of a command to the system since the call began.
        var hasSent = false
        /// Whether the answer to a command of this call was lost; libmongoc may have sent the command again since.
        var hasLostAnswer = false
        /// Whether the last opening of a connection was cut short, by the network or by a limit of time.
        var hasFailedOpening = false
        /// The socket that the command went to; -1 for none.
        var descriptor: Int32 = -1
    }

    /// What a call is told that stops another one.
    enum StopResult: Equatable {
        /// The client had not begun it, and will not.
        case notBegun
        /// Nothing of it was sent, and nothing will be.
        case nothingSent
        /// The server may have it.
        case sent
    }

    private let state = Mutex(State())
    private let limit = Atomic(MonotonicTime.distantFuture.nanoseconds)

    /// When reads and writes of the present call end.
    var deadline: MonotonicTime {
        MonotonicTime(nanoseconds: self.limit.load(ordering: .relaxed))
    }

    // MARK: - The thread of the call

    /// A call begins.
    ///
    /// - Returns: `false` when it was stopped before.
    func begin(_ call: UInt64, deadline: Deadline) -> Bool {
        self.limit.store(MonotonicTime.now.advanced(by: deadline.remaining).nanoseconds, ordering: .relaxed)
        return self.state.withLock { state in
            guard state.stopped != call else { return false }
            state.call = call
            state.hasSent = false
            state.hasLostAnswer = false
            state.descriptor = -1
            return true
        }
    }

    /// The call has ended on its thread.
    ///
    /// - Returns: whether it was stopped before.
    func end() -> Bool {
        self.state.withLock { state in
            state.descriptor = -1
            return state.call == state.stopped
        }
    }

    /// Whether bytes of a command have been sent in this call.
    var hasSent: Bool {
        self.state.withLock { $0.hasSent }
    }

    /// Whether the answer to a command of this call was lost; libmongoc may have sent the command again since.
    var hasLostAnswer: Bool {
        self.state.withLock { $0.hasLostAnswer }
    }

    /// A connection failed while a command or its answer was under way.
    func answerLost() {
        self.state.withLock { $0.hasLostAnswer = $0.hasSent }
    }

    /// Whether the last opening of a connection was cut short, by the network or by a limit of time.
    var hasFailedOpening: Bool {
        self.state.withLock { $0.hasFailedOpening }
    }

    /// A connection is being opened.
    func openingBegins() {
        self.state.withLock { $0.hasFailedOpening = false }
    }

    /// The opening of a connection was cut short.
    func openingFailed() {
        self.state.withLock { $0.hasFailedOpening = true }
    }

    /// Whether the call was stopped from outside.
    var isStopped: Bool {
        self.state.withLock { $0.call == $0.stopped }
    }

    /// Bytes of a command are about to be sent to `descriptor`.
    ///
    /// - Returns: `false` when the call was stopped: nothing may be sent.
    func willSend(to descriptor: Int32) -> Bool {
        self.state.withLock { state in
            guard state.call != state.stopped else { return false }
            state.hasSent = true
            state.descriptor = descriptor
            return true
        }
    }

    /// Closes a socket, under the lock that `stop` takes: after that the number may be somebody else's.
    func close(_ descriptor: Int32) {
        self.state.withLock { state in
            if state.descriptor == descriptor {
                state.descriptor = -1
            }
            _ = Glibc.close(descriptor)
        }
    }

    // MARK: - From outside

    /// Ends a call: what it waits for on the network fails at once, and it sends nothing more.
    ///
    /// Opening a connection is not broken off: a server that was not given the time to answer would count as lost, for all
    /// calls. It has limits of its own.
    func stop(_ call: UInt64) -> StopResult {
        self.state.withLock { state in
            state.stopped = call
            guard state.call == call else { return .notBegun }
            if state.descriptor >= 0 {
                shutdown(state.descriptor, Int32(SHUT_RDWR))
            }
            return state.hasSent ? .sent : .nothingSent
        }
    }

    /// Moves the deadline of the present call forward to `deadline`, if it is later.
    func shorten(to deadline: Deadline) {
        let time = MonotonicTime.now.advanced(by: deadline.remaining).nanoseconds
        self.limit.min(time, ordering: .relaxed)
    }
}
