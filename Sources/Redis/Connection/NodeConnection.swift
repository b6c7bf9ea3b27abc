import ServerRuntime
import Synchronization

/// One connection to one server, shared by all who call it; its other half is the `ConnectionDriver` on the loop's thread.
///
/// Callers append their bytes and wait. A caller who finds the connection idle and the loop asleep sends at once, on its
/// own thread, which saves the loop a wake-up. Otherwise bytes gather until the loop's next turn, and go out together.
final class NodeConnection: Sendable {
    /// What the connection is for.
    enum Mode: Sendable {
        /// Calls of everybody. Connects again by itself; calls that were not sent wait.
        case shared
        /// Calls of one user at a time. Has one life: at its end everything fails.
        case exclusive
        /// Messages of channels. Connects again by itself; all that comes goes to the handler.
        case subscriber(any SubscriberHandler)

        var isExclusive: Bool {
            if case .exclusive = self { true } else { false }
        }
    }

    struct State: Sendable {
        enum Phase {
            case open
            case closing(RedisError)
            case closed(RedisError)
        }

        var phase = Phase.open
        var queue: CallQueue
        /// Encoded commands whose replies belong to nobody; of a subscriber.
        var posted: [UInt8] = []
        /// The socket, once the handshake is done and as long as anybody may write to it.
        var socket: RedisSocket?
        var wire = Wire()
        /// Somebody writes to the socket, without the lock, and has taken `wire`.
        var isSending = false
        /// The driver has been asked to look here.
        var isAttended = false
        /// When the driver looks here anyway; `nil` while it has no reason to.
        var nextLook: Deadline?
        /// Why the server does not let us in, until it does.
        var refusal: RedisError?

        /// Why no call is accepted now, if so.
        var rejection: RedisError? {
            switch self.phase {
            case .open: self.refusal
            case .closing(let error), .closed(let error): error
            }
        }

        var hasUnsent: Bool { self.queue.hasQueued || !self.posted.isEmpty }

        /// Marks the connection to be looked at; returns whether the loop must be told.
        mutating func callAttention() -> Bool {
            defer { self.isAttended = true }
            return !self.isAttended
        }

        /// Moves what is to be sent to the end of `bytes`.
        mutating func take(into bytes: inout [UInt8]) {
            self.queue.take(into: &bytes)
            guard !self.posted.isEmpty else { return }
            bytes.append(contentsOf: self.posted)
            self.posted.removeAll(keepingCapacity: true)
        }
    }

    let id: UInt64
    let endpoint: RedisEndpoint
    let mode: Mode
    let settings: ConnectionSettings
    let state: Mutex<State>
    private let tickets = Atomic<UInt64>(1)

    var loop: RedisEventLoop { self.settings.loop }
    var configuration: RedisConfiguration { self.settings.configuration }

    /// Prepares a connection; `open()` begins it.
    init(to endpoint: RedisEndpoint, mode: Mode, settings: ConnectionSettings) {
        self.id = settings.loop.makeID()
        self.endpoint = endpoint
        self.mode = mode
        self.settings = settings
        let configuration = settings.configuration
        let queue = CallQueue(commandsMax: configuration.pendingCommandsMax, bytesMax: configuration.pendingBytesMax)
        self.state = Mutex(State(queue: queue))
    }

    /// Hands the connection to the loop, which connects.
    func open() {
        if !self.loop.open(self) { self.abandon(RedisError(.closed, "the client is closed")) }
    }

    /// Ends the connection: what is pending fails with `error`.
    func close(_ error: RedisError) {
        let isTold = self.state.withLock { state in
            guard case .open = state.phase else { return false }
            state.phase = .closing(error)
            return state.callAttention()
        }
        if isTold { self.loop.attend(self.id) }
    }

    /// Whether to send now although more is to come.
    var isWorthSending: Bool { self.state.withLock { $0.queue.isWorthSending } }

    /// Whether the connection stands.
    var isReady: Bool { self.state.withLock { $0.socket != nil } }

    /// Whether calls may still succeed, and how many commands are pending.
    var load: (isOpen: Bool, pendingCommands: Int) {
        self.state.withLock { state in
            guard case .open = state.phase else { return (false, state.queue.commandCount) }
            return (true, state.queue.commandCount)
        }
    }

    /// Sends commands of a subscriber, unless there is no connection; nobody waits for the replies.
    func post(_ commands: [RawCommand]) {
        let bytes = RESPWriter.encode(commands)
        let isTold = self.state.withLock { state in
            guard state.socket != nil else { return false }
            state.posted.append(contentsOf: bytes)
            return state.callAttention()
        }
        if isTold { self.loop.attend(self.id) }
    }

    // MARK: - Calls

    /// Sends one command; the reply may be an `.error`.
    nonisolated(nonsending) func perform(
        _ command: RawCommand,
        deadline: Deadline
    ) async throws(RedisError) -> RedisValue {
        try await self.outcome(of: command, deadline: deadline).reply()
    }

    /// Sends one command; for who wants no frame more than needed.
    @inline(__always)
    nonisolated(nonsending) func outcome(of command: RawCommand, deadline: Deadline) async -> CallOutcome {
        await self.call(deadline) { waiter, ticket in
            RESPWriter.withBytes(of: command) { self.submit($0, 1, deadline, waiter, ticket) }
        }
    }

    /// Sends commands one right after the other; a reply for each, errors as `.error` elements.
    nonisolated(nonsending) func perform(
        _ commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        let outcome = await self.call(deadline) { waiter, ticket in
            RESPWriter.withBytes(of: commands) { self.submit($0, commands.count, deadline, waiter, ticket) }
        }
        switch outcome {
        case .reply(let value): return [value]
        case .replies(let values): return values
        case .failure(let error): throw error
        }
    }

    // One function for the whole way of a call, and nothing in it but words: each async function has a frame, and thousands
    // of calls may wait. A `ContinuousClock.Instant` in it would be allocated apart.
    private nonisolated(nonsending) func call(
        _ deadline: Deadline,
        _ submit: (CallWaiter, UInt64) -> Void
    ) async -> CallOutcome {
        let ticket = self.tickets.wrappingAdd(1, ordering: .relaxed).oldValue
        guard !self.loop.isIdle else { return await self.callBeforeRun(ticket, deadline, submit) }
        let start = ticket % RedisMetrics.callsPerSample == 0 ? Deadline.now : nil
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                submit(waiter, ticket)
                // A cancellation that came before the submission found nothing to cancel.
                if Task.isCancelled { self.cancel(ticket) }
            }
        } onCancel: {
            self.cancel(ticket)
        }
        self.note(outcome, since: start)
        return outcome
    }

    private func note(_ outcome: CallOutcome, since start: Deadline?) {
        if let start { self.settings.metrics.took(start.elapsed) }
        if case .failure(let error) = outcome { self.settings.metrics.failed(error) }
    }

    private nonisolated(nonsending) func wait(
        _ ticket: UInt64,
        _ submit: (CallWaiter, UInt64) -> Void
    ) async -> CallOutcome {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                submit(waiter, ticket)
                if Task.isCancelled { self.cancel(ticket) }
            }
        } onCancel: {
            self.cancel(ticket)
        }
    }

    /// Before the client runs there is no thread that watches deadlines, so a child task does.
    ///
    /// Never inlined: its frame is large.
    @inline(never)
    private nonisolated(nonsending) func callBeforeRun(
        _ ticket: UInt64,
        _ deadline: Deadline,
        _ submit: (CallWaiter, UInt64) -> Void
    ) async -> CallOutcome {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends early, by cancellation, when the call has ended.
                guard (try? await Task.sleep(until: deadline.instant, clock: .continuous)) != nil else { return }
                // The thread, if it has begun meanwhile, knows better why there is no reply.
                guard self.loop.isIdle else { return }
                self.cancel(ticket, RedisError(.deadlineExceeded, "the client is not running"))
            }
            let outcome = await self.wait(ticket, submit)
            group.cancelAll()
            return outcome
        }
    }

    private func submit(
        _ bytes: UnsafeRawBufferPointer,
        _ commandCount: Int,
        _ deadline: Deadline,
        _ waiter: CallWaiter,
        _ ticket: UInt64
    ) {
        // Unsafe only for the compiler: the bytes are copied before the lock is given back.
        nonisolated(unsafe) let bytes = bytes
        let next = self.state.withLock { state -> AfterSubmission in
            if let error = state.rejection { return .failed(error) }
            let isIdle = state.queue.isEmpty
            let error = state.queue.submit(
                ticket: ticket,
                waiter: waiter,
                deadline: deadline,
                commandCount: commandCount,
                bytes: bytes
            )
            if let error { return .failed(error) }
            if state.isAttended { return .nothing }
            // The loop must learn of an early deadline, and while it is awake it sends whatever gathers.
            guard self.loop.isAsleep, let nextLook = state.nextLook, nextLook <= deadline,
                let socket = state.socket, socket.isPlain
            else {
                return state.callAttention() ? .tell : .nothing
            }
            if state.isSending { return .nothing }
            if state.wire.isEmpty, isIdle { return .send }
            return state.callAttention() ? .tell : .nothing
        }
        switch next {
        case .nothing: break
        case .send: self.send { socket, bytes throws(RedisError) in try socket.send(bytes) }
        case .tell: self.loop.attend(self.id)
        case .failed(let error): waiter.resume(returning: .failure(error))
        }
    }

    /// What a caller does after it has handed its call over.
    private enum AfterSubmission {
        /// Somebody sends already, or is about to.
        case nothing
        case send
        case tell
        case failed(RedisError)
    }

    private func cancel(
        _ ticket: UInt64,
        _ error: RedisError = RedisError(.cancelled, "the waiting task was cancelled")
    ) {
        let isRunning = self.loop.isRunning
        let (completion, isTold) = self.state.withLock { state -> (CallCompletion?, Bool) in
            let completion = state.queue.cancel(ticket: ticket, error: error)
            // Without a thread nobody else gives the room back.
            guard isRunning else {
                state.queue.tidy()
                return (completion, false)
            }
            return (completion, state.callAttention())
        }
        completion?.resume()
        if isTold { self.loop.attend(self.id) }
    }

    // MARK: - Sending

    /// How far a sender came.
    enum SendResult {
        case done
        /// The socket takes no more now.
        case full
        case failed(RedisError)
    }

    /// Sends what is queued, unless somebody else does, until nothing is left or the socket is full.
    ///
    /// - Parameter write: writes to the socket as much as that takes, and returns how much.
    /// - Returns: how far it came.
    @discardableResult func send(
        _ write: (RedisSocket, UnsafeRawBufferPointer) throws(RedisError) -> Int
    ) -> SendResult {
        var wire = Wire()
        guard let socket = self.beginSending(&wire) else { return .done }
        while true {
            do throws(RedisError) {
                try wire.drain { bytes throws(RedisError) in try write(socket, bytes) }
            } catch {
                self.endSending(&wire)
                return .failed(error)
            }
            let isFull = !wire.isEmpty
            let goesOn = self.state.withLock { state in
                guard !isFull, state.hasUnsent, state.socket != nil else { return false }
                state.take(into: &wire.bytes)
                return true
            }
            if !goesOn {
                self.endSending(&wire)
                return isFull ? .full : .done
            }
        }
    }

    private func beginSending(_ wire: inout Wire) -> RedisSocket? {
        self.state.withLock { state in
            guard let socket = state.socket, !state.isSending else { return nil }
            swap(&wire, &state.wire)
            if wire.isEmpty { state.take(into: &wire.bytes) }
            guard !wire.isEmpty else {
                swap(&wire, &state.wire)
                return nil
            }
            state.isSending = true
            return socket
        }
    }

    private func endSending(_ wire: inout Wire) {
        let isTold = self.state.withLock { state in
            swap(&state.wire, &wire)
            state.isSending = false
            // Something came, or the connection went, between the last look and now; or the socket is full.
            let needsDriver = !state.wire.isEmpty || state.hasUnsent || state.socket == nil
            return needsDriver && state.callAttention()
        }
        if isTold { self.loop.attend(self.id) }
    }

    // MARK: - Ends

    /// The loop takes no connection any more: fails what is pending.
    func abandon(_ error: RedisError) {
        let failed = self.state.withLock { state in
            state.phase = .closed(error)
            return state.queue.failQueued(error)
        }
        failed.resume()
    }
}
