public import Logging
public import ServerRuntime

/// A client of one Redis server, shared by any number of tasks over one connection.
///
/// Commands of all tasks are pipelined: what comes in while the connection is busy goes out with one system call. The
/// client reconnects by itself. Until `run()` is called commands only wait; afterwards:
///
/// - Every call ends by its reply, its deadline, the cancellation of its task, or the loss of the connection, whichever
///   comes first.
/// - A call whose bytes had been handed to the connection when that broke fails with `mayHaveBeenApplied == true` and
///   is never repeated. One that had not is sent over the next connection.
/// - After a deadline or a cancellation the connection goes on: the late reply is matched and dropped.
/// - When the server refuses the password, user or database, calls fail at once with its words, and the client tries
///   again with the delays of `RedisConfiguration.reconnect`.
public final class RedisClient: Sendable {
    private let configuration: RedisConfiguration
    private let logger: Logger
    private let inbox: CallInbox
    private let generations = ConnectionGenerations()

    /// Creates a client; nothing happens before `run()`.
    ///
    /// - Parameters:
    ///   - configuration: where the server is and how to talk to it.
    ///   - logger: for connections made and lost, at `debug`, and for refused handshakes, at `info`.
    public init(_ configuration: RedisConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        self.inbox = CallInbox(commandsMax: configuration.pendingCommandsMax, bytesMax: configuration.pendingBytesMax)
    }

    /// Connects and serves the calls until the surrounding task is cancelled; may be called once.
    ///
    /// Owns one thread, which has ended when this returns. What is pending then fails with `.closed`.
    ///
    /// - Throws: `.alreadyRunning`, or `.system` when there is no thread or descriptor left.
    public func run() async throws(RedisError) {
        guard self.inbox.wakeUp.descriptor >= 0 else { throw RedisError(.system, "no eventfd left") }
        try self.inbox.start()
        let started = await withTaskCancellationHandler {
            await withCheckedContinuation { (ended: CheckedContinuation<Bool, Never>) in
                let started = IOThread.start(name: "redis") { [configuration, inbox, generations, logger] in
                    RedisConnectionLoop(
                        configuration: configuration,
                        inbox: inbox,
                        generations: generations,
                        logger: logger
                    ).run()
                    ended.resume(returning: true)
                }
                if !started { ended.resume(returning: false) }
            }
        } onCancel: {
            self.inbox.close()
        }
        guard !started else { return }
        let error = RedisError(.system, "no thread left")
        for call in self.inbox.finish() { call.fail(error) }
        self.generations.close()
        throw error
    }

    /// The number of connections made so far: 0 before the first, and one more after each loss.
    public var connectionGeneration: Int { self.generations.current }

    /// Whether a connection stands, as far as is known.
    public var isConnected: Bool { self.generations.isConnected }

    /// Waits until more than `generation` connections have been made, and returns how many.
    ///
    /// Who must repeat something after each loss of the connection calls this in a loop, with the last result. At most
    /// 1,024 tasks may wait.
    ///
    /// - Throws: `.cancelled`, `.closed`, or `.queueFull`.
    public func connection(after generation: Int) async throws(RedisError) -> Int {
        try await self.generations.next(after: generation)
    }

    /// Sends a command and waits for its reply.
    ///
    /// - Parameters:
    ///   - command: the command.
    ///   - deadline: when to give up; `commandTimeout` from now without one.
    /// - Returns: the reply; an array may contain `.error` elements.
    /// - Throws: `.server` for an error reply, and the other codes of `RedisError`.
    public func send(_ command: RedisCommand, deadline: Deadline? = nil) async throws(RedisError) -> RedisValue {
        try command.checkForSharedConnection()
        let replies = try await self.perform(RESPWriter.encode(command), commandCount: 1, self.resolve(deadline))
        guard let reply = replies.first else {
            throw RedisError(.protocolViolation, "no reply", mayHaveBeenApplied: true)
        }
        if case .error(let text) = reply { throw .server(text) }
        return reply
    }

    /// Sends commands one right after the other and waits for all replies.
    ///
    /// No command of another task comes between them, so `MULTI` to `EXEC` may be part of it.
    ///
    /// - Parameters:
    ///   - commands: the commands; none gives no replies.
    ///   - deadline: when to give up; `commandTimeout` from now without one.
    /// - Returns: a reply for each command; error replies are `.error` elements.
    /// - Throws: the codes of `RedisError` but `.server`.
    public func send(
        pipeline commands: [RedisCommand],
        deadline: Deadline? = nil
    ) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        for command in commands { try command.checkForSharedConnection() }
        let bytes = RESPWriter.encode(commands)
        return try await self.perform(bytes, commandCount: commands.count, self.resolve(deadline))
    }

    /// The deadline of a call.
    func resolve(_ deadline: Deadline?) -> Deadline {
        deadline ?? .after(self.configuration.commandTimeout)
    }

    private func perform(
        _ bytes: [UInt8],
        commandCount: Int,
        _ deadline: Deadline
    ) async throws(RedisError) -> [RedisValue] {
        guard !deadline.hasPassed else {
            throw RedisError(.deadlineExceeded, "the deadline had passed before the call")
        }
        let call = PendingCall(bytes: bytes, commandCount: commandCount, deadline: deadline)
        guard self.inbox.isIdle else { return try await self.wait(for: call).get() }
        return try await self.waitBeforeRun(for: call).get()
    }

    private func wait(for call: PendingCall) async -> PendingCall.Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard call.beginWaiting(continuation) else { return }
                if let error = self.inbox.submit(call) { call.fail(error) }
            }
        } onCancel: {
            call.fail(RedisError(.cancelled, "the waiting task was cancelled"))
            self.inbox.noteAbandoned()
        }
    }

    /// Before `run()` there is no thread that watches deadlines, so a child task does.
    private func waitBeforeRun(for call: PendingCall) async -> PendingCall.Outcome {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends early, by cancellation, when the call has ended; then failing it again does nothing.
                try? await Task.sleep(until: call.deadline.instant, clock: .continuous)
                // The thread, if it has begun meanwhile, knows better why there is no reply.
                guard self.inbox.isIdle else { return }
                call.fail(RedisError(.deadlineExceeded, "the client is not running"))
                self.inbox.noteAbandoned()
            }
            let outcome = await self.wait(for: call)
            group.cancelAll()
            return outcome
        }
    }
}
