import ServerRuntime
import Synchronization

/// A call that somebody waits for: its bytes, and the continuation that is resumed exactly once.
///
/// Whoever ends the call first (reply, deadline, cancellation, loss of the connection) takes the continuation out; all
/// others find it gone. The bytes may still be on their way then: the reply is awaited and dropped.
final class PendingCall: Sendable {
    /// What a call ends with: the replies, one for each of its commands.
    typealias Outcome = Result<[RedisValue], RedisError>

    typealias Waiter = CheckedContinuation<Outcome, Never>

    private enum State {
        /// Nobody waits yet.
        case created
        /// Ended before anybody waited, by cancellation or deadline.
        case endedEarly(RedisError)
        /// Waiting, and certain not to have reached the server.
        case queued(Waiter)
        /// Waiting, and given to the socket.
        case committed(Waiter)
        case finished
    }

    /// The encoded commands.
    let bytes: [UInt8]
    /// The number of commands, and so of replies.
    let commandCount: Int
    let deadline: Deadline
    private let state = Mutex(State.created)

    init(bytes: [UInt8], commandCount: Int, deadline: Deadline) {
        self.bytes = bytes
        self.commandCount = commandCount
        self.deadline = deadline
    }

    /// Whether nobody waits any more.
    var isFinished: Bool {
        self.state.withLock { state in
            switch state {
            case .created, .queued, .committed: false
            case .endedEarly, .finished: true
            }
        }
    }

    /// Registers the waiter.
    ///
    /// Returns `false`, and resumes it, when the call has ended before.
    func beginWaiting(_ continuation: Waiter) -> Bool {
        let error = self.state.withLock { state -> RedisError? in
            if case .endedEarly(let error) = state {
                state = .finished
                return error
            }
            state = .queued(continuation)
            return nil
        }
        guard let error else { return true }
        continuation.resume(returning: .failure(error))
        return false
    }

    /// Notes that the bytes go to the socket now.
    ///
    /// Returns `false` when nobody waits any more: then do not send them.
    func commit() -> Bool {
        self.state.withLock { state in
            guard case .queued(let continuation) = state else { return false }
            state = .committed(continuation)
            return true
        }
    }

    /// Takes `commit()` back: the connection broke before the first byte was sent.
    ///
    /// `false` when nobody waits any more.
    func withdraw() -> Bool {
        self.state.withLock { state in
            guard case .committed(let continuation) = state else { return false }
            state = .queued(continuation)
            return true
        }
    }

    /// Ends the call with its replies.
    func succeed(_ replies: [RedisValue]) {
        guard let (continuation, _) = self.end(early: nil) else { return }
        continuation.resume(returning: .success(replies))
    }

    /// Ends the call with `error`, whose `mayHaveBeenApplied` is set to whether the bytes had gone to the socket.
    ///
    /// May come before `beginWaiting(_:)`, which then finds the error.
    func fail(_ error: RedisError) {
        var error = error
        error.mayHaveBeenApplied = false
        guard let (continuation, isCommitted) = self.end(early: error) else { return }
        error.mayHaveBeenApplied = isCommitted
        continuation.resume(returning: .failure(error))
    }

    /// Takes the waiter out, if there is one; `error` is kept for a waiter that has not come yet.
    private func end(early error: RedisError?) -> (continuation: Waiter, isCommitted: Bool)? {
        self.state.withLock { state in
            switch state {
            case .queued(let continuation):
                state = .finished
                return (continuation, false)
            case .committed(let continuation):
                state = .finished
                return (continuation, true)
            case .created:
                if let error { state = .endedEarly(error) }
                return nil
            case .endedEarly, .finished:
                return nil
            }
        }
    }
}
