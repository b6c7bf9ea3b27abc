import Glibc
import Logging
import ServerRuntime

/// Makes the connection, keeps it, and moves commands and replies.
///
/// Everything here runs on one thread.
///
/// The thread never blocks but in `poll`, whose timeout is the next deadline: deadlines hold whatever the server does.
final class RedisConnectionLoop {
    /// Where the connection stands.
    enum Link {
        /// Not connected; the next try comes at the instant.
        case waiting(until: Deadline)
        case resolving(AddressResolution, by: Deadline)
        case connecting(RedisSocket, others: ArraySlice<SocketAddress>, by: Deadline)
        case handshaking(RedisSocket, ReplyDecoder, by: Deadline)
        case ready(RedisSocket, ReplyDecoder)
    }

    /// The outbox takes no further call above this: what it holds can no longer be withdrawn.
    private static let outboxBytesMax = 128 << 10
    private static let receiveBytes = 64 << 10
    /// After so many full buffers the other tasks of a turn come first.
    private static let receivesPerTurnMax = 8

    let configuration: RedisConfiguration
    let inbox: CallInbox
    let generations: ConnectionGenerations
    let logger: Logger
    var link: Link
    var queue = CommandQueue()
    var outbox = Outbox()
    var handshake: RedisHandshake
    /// Tries to connect since the last reply to a command.
    var attempt = 0
    /// Why the last connection failed or could not be made.
    var lastFailure: RedisError?
    /// Why the server does not let us in, until it does.
    var refusal: RedisError?
    private var lastReceived = Deadline.after(.zero)
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: receiveBytes, alignment: 16)

    init(configuration: RedisConfiguration, inbox: CallInbox, generations: ConnectionGenerations, logger: Logger) {
        self.configuration = configuration
        self.inbox = inbox
        self.generations = generations
        self.logger = logger
        self.link = .waiting(until: .after(.zero))
        self.handshake = RedisHandshake(configuration)
    }

    deinit {
        self.buffer.deallocate()
    }

    /// Works until the inbox is closed; then fails what is pending.
    func run() {
        while true {
            let intake = self.inbox.take(released: self.queue.takeReleased())
            self.queue.enqueue(intake.calls)
            if intake.isClosing { return self.close() }
            if intake.hasAbandoned { self.queue.dropFinished() }
            if let refusal = self.refusal { self.finish(self.queue.failQueued(refusal)) }
            let now = Deadline.after(.zero)
            self.expireCalls(at: now)
            self.advanceLink(at: now)
            self.transmit()
            self.checkForStall(at: now)
            self.waitForEvents(from: now)
        }
    }

    private func close() {
        let error = RedisError(.closed, "the client is closed")
        // The socket closes with the link.
        self.link = .waiting(until: .after(.zero))
        self.finish(self.queue.connectionLost(bytesSent: self.outbox.bytesSent, error: error))
        self.finish(self.queue.failQueued(error))
        for call in self.inbox.finish() { call.fail(error) }
        self.generations.close()
    }

    /// Resumes waiters, after their room has been given back: a waiter that calls again must find it.
    func finish(_ completions: [CommandQueue.Completion]) {
        guard !completions.isEmpty else { return }
        self.inbox.release(self.queue.takeReleased())
        for completion in completions { completion.resume() }
    }

    // MARK: - Time

    private func expireCalls(at now: Deadline) {
        guard let next = self.queue.nextDeadline, next <= now else { return }
        var error = RedisError(.deadlineExceeded, "no reply in time from \(self.serverName)")
        if case .ready = self.link {
        } else {
            error = RedisError(
                .deadlineExceeded,
                "not connected to \(self.serverName) in time",
                cause: self.lastFailure
            )
        }
        self.finish(self.queue.expire(at: now, error: error))
    }

    /// A server that owes overdue replies and sends nothing at all is taken for dead.
    private func checkForStall(at now: Deadline) {
        guard let limit = self.stallLimit, limit <= now else { return }
        self.connectionFailed(RedisError(.connectionLost, "\(self.serverName) has stopped to answer"))
    }

    private var stallLimit: Deadline? {
        guard case .ready = self.link, let oldest = self.queue.oldestDeadlineInFlight else { return nil }
        return Deadline(max(oldest, self.lastReceived).instant.advanced(by: self.configuration.stallTimeout))
    }

    private var nextTimer: Deadline? {
        switch self.link {
        case .waiting(let deadline), .resolving(_, let deadline), .connecting(_, _, let deadline),
            .handshaking(_, _, let deadline):
            deadline
        case .ready:
            self.stallLimit
        }
    }

    // MARK: - Input and output

    /// Sends what waits, as far as the socket takes it.
    private func transmit() {
        switch self.link {
        case .handshaking(let socket, _, _):
            self.drainOutbox(to: socket)
        case .ready(let socket, _):
            repeat {
                self.queue.fill(&self.outbox, bytesMax: Self.outboxBytesMax)
            } while self.drainOutbox(to: socket) && self.queue.hasQueued
        case .waiting, .resolving, .connecting:
            break
        }
    }

    /// Returns whether the socket took everything.
    @discardableResult private func drainOutbox(to socket: RedisSocket) -> Bool {
        guard !self.outbox.isEmpty else { return true }
        do throws(RedisError) {
            try self.outbox.drain { bytes throws(RedisError) in try socket.send(bytes) }
            return self.outbox.isEmpty
        } catch {
            self.connectionFailed(error)
            return false
        }
    }

    private func waitForEvents(from now: Deadline) {
        var descriptors = [pollfd(fd: self.inbox.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
        switch self.link {
        case .connecting(let socket, _, _):
            descriptors.append(pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0))
        case .handshaking(let socket, _, _), .ready(let socket, _):
            let events = Int16(POLLIN) | (self.outbox.isEmpty ? 0 : Int16(POLLOUT))
            descriptors.append(pollfd(fd: socket.descriptor, events: events, revents: 0))
        case .waiting, .resolving:
            break
        }
        let timers = [self.nextTimer, self.queue.nextDeadline].compactMap { $0 }
        let timeout = self.inbox.mayFallAsleep() ? timers.min()?.remainingMilliseconds ?? -1 : 0
        guard poll(&descriptors, nfds_t(descriptors.count), timeout) > 0 else { return }
        if descriptors[0].revents != 0 { self.inbox.wakeUp.reset() }
        guard descriptors.count > 1, descriptors[1].revents != 0 else { return }
        switch self.link {
        case .connecting(let socket, let others, let deadline):
            self.connectEnded(socket, others: others, by: deadline)
        case .handshaking(let socket, let decoder, _), .ready(let socket, let decoder):
            // Also after an error or a hang-up: replies may lie before it, and the read tells what happened.
            if descriptors[1].revents & ~Int16(POLLOUT) != 0 { self.receive(from: socket, decoder) }
        case .waiting, .resolving:
            break
        }
    }

    private func receive(from socket: RedisSocket, _ decoder: ReplyDecoder) {
        var completions: [CommandQueue.Completion] = []
        // Waiters whose replies came before a failure get their replies.
        var failure: RedisError?
        do throws(RedisError) {
            receiving: for _ in 0..<Self.receivesPerTurnMax {
                switch try socket.receive(into: self.buffer) {
                case .nothingYet:
                    break receiving
                case .end:
                    throw RedisError(.connectionLost, "\(self.serverName) closed the connection")
                case .bytes(let count):
                    self.lastReceived = .after(.zero)
                    try self.decode(UnsafeRawBufferPointer(rebasing: self.buffer[..<count]), decoder, &completions)
                    if count < self.buffer.count { break receiving }
                }
            }
        } catch {
            failure = error
        }
        self.finish(completions)
        if let failure { self.connectionFailed(failure) }
    }

    private func decode(
        _ bytes: UnsafeRawBufferPointer,
        _ decoder: ReplyDecoder,
        _ completions: inout [CommandQueue.Completion]
    ) throws(RedisError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try decoder.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(ReplyDecoder.feedBytesMax)))
            rest = rest.dropFirst(ReplyDecoder.feedBytesMax)
            while let reply = try decoder.next() {
                if case .ready = self.link {
                    self.attempt = 0
                    if let completion = try self.queue.received(reply) { completions.append(completion) }
                } else if try self.handshakeReceived(reply) == false {
                    return
                }
            }
        }
    }
}
