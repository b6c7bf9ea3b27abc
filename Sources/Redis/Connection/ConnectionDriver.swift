import ServerRuntime
import Synchronization

/// The half of a `NodeConnection` that makes the connection, keeps it and receives.
///
/// Everything here runs on the thread of the event loop.
final class ConnectionDriver {
    /// Where the connection stands.
    enum Link {
        /// Not connected; the next try comes at the instant.
        case waiting(until: Deadline)
        case resolving(AddressResolution, by: Deadline)
        case connecting(RedisSocket, others: ArraySlice<SocketAddress>, by: Deadline)
        /// Connected; TLS is being agreed on.
        case securing(RedisSocket, by: Deadline)
        case handshaking(RedisSocket, ReplyDecoder, by: Deadline)
        case ready(RedisSocket, ReplyDecoder)
        /// Gone, but somebody still has the bytes that were being sent.
        case losing(RedisError)
        case ended
    }

    /// After a call the loop sleeps no longer than this at once, so that the next call need not wake it.
    private static let watchfulSleep = Duration.milliseconds(500)

    let connection: NodeConnection
    let loop: RedisEventLoop
    let poller: Poller
    let buffer: ReceiveBuffer
    var link: Link
    /// TLS over the socket of `link`.
    var channel: SecureChannel?
    var handshake: RedisHandshake
    /// What the handshake still has to send.
    var greeting = Wire()
    /// Tries to connect since the last reply to a command.
    var attempt = 0
    /// Why the last connection failed or could not be made.
    var lastFailure: RedisError?
    /// Why the server does not let us in, until it does.
    var refusal: RedisError?
    var lastReceived = Deadline.now
    var isWatchedForWriting = false
    var replies: [RedisValue] = []
    var completions: [CallCompletion] = []
    /// Waiters resumed since the loop asked last.
    var resumedCount = 0
    /// Pending commands as the metrics know them.
    private var reportedCommands = 0
    /// When calls, or the silence of a subscriber's server, must be looked at.
    private var callTimer: Deadline?

    init(_ connection: NodeConnection, loop: RedisEventLoop, poller: Poller, buffer: ReceiveBuffer) {
        self.connection = connection
        self.loop = loop
        self.poller = poller
        self.buffer = buffer
        self.link = .waiting(until: .now)
        self.handshake = RedisHandshake(connection.configuration)
    }

    var settings: ConnectionSettings { self.connection.settings }
    var configuration: RedisConfiguration { self.connection.settings.configuration }

    var hasEnded: Bool {
        if case .ended = self.link { true } else { false }
    }

    /// When `timePassed(at:)` must be called.
    var nextTimer: Deadline? {
        let linkTimer: Deadline? =
            switch self.link {
            case .waiting(let deadline), .resolving(_, let deadline), .connecting(_, _, let deadline),
                .securing(_, let deadline), .handshaking(_, _, let deadline):
                deadline
            case .ready, .losing, .ended:
                nil
            }
        guard let linkTimer else { return self.callTimer }
        return self.callTimer.map { min($0, linkTimer) } ?? linkTimer
    }

    // MARK: - Events

    /// Somebody has something for this connection.
    func attend(at now: Deadline) {
        let (ending, isSending) = self.connection.state.withLock { state -> (RedisError?, Bool) in
            state.isAttended = false
            state.queue.tidy()
            guard case .closing(let error) = state.phase else { return (nil, state.isSending) }
            return (error, state.isSending)
        }
        if let ending { return self.close(ending) }
        if case .losing(let error) = self.link, !isSending { self.connectionFailed(error) }
        if let refusal = self.refusal { self.failQueued(refusal) }
        self.advanceLink(at: now)
        self.transmit()
        self.setCallTimer(at: now)
    }

    /// The instant `nextTimer` has come.
    func timePassed(at now: Deadline) {
        self.expireCalls(at: now)
        self.checkForStall(at: now)
        self.advanceLink(at: now)
        self.transmit()
        self.setCallTimer(at: now)
    }

    /// The socket has become readable or writable.
    func happened(_ event: Poller.Event) {
        switch self.link {
        case .connecting(let socket, let others, let deadline):
            self.connectEnded(socket, others: others, by: deadline)
            self.transmit()
        case .securing(let socket, _), .handshaking(let socket, _, _), .ready(let socket, _):
            // Also after an error or a hang-up: replies may lie before it, and the read tells what happened.
            if event.isReadable { self.receive(from: socket) }
            if event.isWritable || !self.greeting.isEmpty || self.channel != nil { self.transmit() }
        case .waiting, .resolving, .losing, .ended:
            break
        }
    }

    /// Ends the connection: what is pending fails with `error`.
    func close(_ error: RedisError) {
        if case .ended = self.link { return }
        self.noteLost()
        let failed = self.connection.state.withLock { state -> [CallCompletion] in
            state.phase = .closed(error)
            state.socket = nil
            // Somebody may be sending; what that sends is answered by nobody.
            let failed = state.queue.connectionLost(
                bytesSent: state.isSending ? .max : state.wire.bytesSent,
                unsent: state.wire.unsent,
                error: error
            )
            return failed + state.queue.failQueued(error)
        }
        // The socket closes with the link.
        self.link = .ended
        self.channel = nil
        self.reportPending(0)
        failed.resume()
    }

    // MARK: - Time

    private func expireCalls(at now: Deadline) {
        let error: RedisError
        if case .ready = self.link {
            error = RedisError(.deadlineExceeded, "no reply in time from \(self.connection.endpoint)")
        } else {
            let message = "not connected to \(self.connection.endpoint) in time"
            error = RedisError(.deadlineExceeded, message, cause: self.lastFailure)
        }
        self.connection.state.withLock { $0.queue.expire(at: now, error: error) }.resume()
    }

    /// A server that owes overdue replies and sends nothing at all is taken for dead.
    private func checkForStall(at now: Deadline) {
        guard let limit = self.stallLimit, limit <= now else { return }
        self.connectionFailed(RedisError(.connectionLost, "\(self.connection.endpoint) has stopped to answer"))
    }

    private var stallLimit: Deadline? {
        if case .subscriber = self.connection.mode {
            guard case .ready = self.link else { return nil }
            // Nothing is owed but the answers to the pings.
            return self.lastReceived + self.configuration.stallTimeout
        }
        return self.stallLimit(oldestDeadline: self.connection.state.withLock { $0.queue.oldestDeadlineInFlight })
    }

    /// How long the server may be silent that owes a reply since, at the latest, `oldestDeadline`.
    private func stallLimit(oldestDeadline: Deadline?) -> Deadline? {
        guard case .ready = self.link, let oldestDeadline else { return nil }
        return max(oldestDeadline, self.lastReceived) + self.configuration.stallTimeout
    }

    /// Sees to it that deadlines are looked at in time.
    func setCallTimer(at now: Deadline) {
        if case .subscriber = self.connection.mode {
            self.callTimer = self.subscriberTimer(at: now)
            return
        }
        let watch = now + Self.watchfulSleep
        let (timer, commandCount) = self.connection.state.withLock { state -> (Deadline?, Int) in
            var timer: Deadline?
            if !state.queue.isEmpty {
                let silence = self.stallLimit(oldestDeadline: state.queue.oldestDeadlineInFlight)
                timer = [state.queue.nextDeadline, silence].compactMap { $0 }.reduce(watch, min)
            }
            // Together with the look at the calls: one that comes in between would find the old instant.
            state.nextLook = timer
            return (timer, state.queue.commandCount)
        }
        self.reportPending(commandCount)
        self.callTimer = timer
    }

    private func reportPending(_ commandCount: Int) {
        self.settings.metrics.pendingChanged(by: commandCount - self.reportedCommands)
        self.reportedCommands = commandCount
    }

    /// A subscriber asks now and then whether the server is still there, since it may have nothing to say for hours.
    private func subscriberTimer(at now: Deadline) -> Deadline? {
        guard case .ready = self.link, let limit = self.stallLimit else { return nil }
        let interval = self.configuration.stallTimeout / 3
        if let due = self.callTimer, due <= now { self.connection.post([RawCommand("PING")]) }
        let next = now + interval
        if let due = self.callTimer, due > now { return min(due, limit) }
        return min(next, limit)
    }
}
