import CMongoc
import Glibc
import ServerRuntime

/// What a call needs of the engine while it is on a thread.
struct CallRun {
    let engine: MongoEngine
    let slot: ClientSlot

    func begin(_ call: any EngineCall, until deadline: Deadline) -> Bool {
        self.slot.control.begin(call.id, deadline: deadline)
    }

    /// - Returns: whether the call was stopped from outside.
    func end() -> Bool {
        self.slot.control.end()
    }

    func attempts(_ call: any EngineCall) -> CallAttempts {
        CallAttempts(deadline: call.deadline, selection: self.engine.configuration.serverSelectionTimeout)
    }

    /// The client, as soon as a server is known that can serve the call.
    ///
    /// Blocks until then.
    func client(for kind: MongoCallKind, _ attempts: CallAttempts) throws(MongoError) -> OpaquePointer {
        // Before the gate: the first client starts libmongoc's monitors.
        let raw = try self.engine.client(of: self.slot)
        let gate = self.engine.monitor.gate
        guard !gate.isOpen(for: kind) else { return raw }
        let control = self.slot.control
        guard gate.wait(for: kind, until: attempts.limit, isStopped: { control.isStopped }) else {
            if self.engine.isClosing { throw MongoError(.closed, "the client was shut down") }
            // A connection that was reset leaves no words.
            let reason = gate.lastFailure.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
            let isLate = attempts.deadline.hasPassed
            throw MongoError(isLate ? .timeout : .serverSelection, "no suitable server was found in time\(reason)")
        }
        return raw
    }

    /// The error of a call with what is known of the connection: whether the call's time was up, and whether anything was
    /// sent.
    func judged(_ error: MongoError, _ call: any EngineCall) -> MongoError {
        var error = error
        let hasSent = self.slot.control.hasSent
        // libmongoc calls it a refusal when the log-in gets no answer.
        if error.code == .authentication, self.slot.control.hasFailedOpening {
            error.code = .network
        }
        if !hasSent {
            // Before it becomes a cause, which is printed too.
            error.mayHaveBeenApplied = false
        }
        if self.slot.control.hasLostAnswer, call.kind.mayWrite {
            // Whatever was said to the second attempt, such as that the key is there already, the first may be why.
            error.mayHaveBeenApplied = true
        }
        if error.code == .network || error.code == .serverSelection, call.deadline.hasPassed {
            let text = hasSent ? "no answer before the deadline" : "nothing could be sent before the deadline"
            error = MongoError(.timeout, text, labels: error.labels, cause: error)
            error.mayHaveBeenApplied = hasSent && call.kind.mayWrite
        }
        return error
    }

    /// Whether to try again: only what cannot have reached a server, and never inside a transaction, whose body repeats.
    ///
    /// Sleeps a little before it says so.
    func shallRepeat(_ error: MongoError?, _ session: MongocSession?, _ attempts: inout CallAttempts) -> Bool {
        guard let error, error.code == .network || error.code == .serverSelection else { return false }
        let control = self.slot.control
        guard !control.hasSent, !control.isStopped, !self.engine.isClosing else { return false }
        if let session, mongoc_client_session_in_transaction(session.raw) { return false }
        let pause = attempts.nextPause()
        guard attempts.limit > .after(pause) else { return false }
        var time = MonotonicTime(nanoseconds: 0).advanced(by: pause).timespec
        nanosleep(&time, nil)
        self.engine.monitor.metrics.repeatedCall()
        return true
    }
}
