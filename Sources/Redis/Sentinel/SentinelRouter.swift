import ServerRuntime
import Synchronization

/// Sends commands to the master that sentinels name, and follows its failovers.
///
/// `run()` asks the sentinels at once, then regularly, and as soon as something speaks for a new master: a message of a
/// sentinel, a lost connection, a reply such as `READONLY`. When the address changes a node is made for the new one and
/// the old one is closed.
///
/// - A call that was certainly not carried out (never sent, or refused by a server that is not the master) is sent again,
///   after a growing delay or as soon as there is another master, until its deadline.
/// - A call that may have been carried out fails with `mayHaveBeenApplied == true`.
/// - Without a master calls wait until their deadline; when the sentinels can be reached but know no such master, or do
///   not let us in, they fail at once with `.handshakeRefused`.
final class SentinelRouter<Node: NodeLink>: Sendable {
    /// Makes the node of a master, which connects by itself and accepts only a server whose `ROLE` is master.
    ///
    /// To the node a server of another role is as one that cannot be reached: calls wait for a better one or fail with
    /// `.connectionLost`, not applied. The second argument is to be called when the connection is lost or cannot be
    /// made, on any thread.
    typealias NodeFactory = @Sendable (RedisEndpoint, _ connectionLost: @escaping @Sendable () -> Void) -> Node

    let options: SentinelOptions
    let access: any SentinelAccess
    let clock: SentinelClock
    let makeNode: NodeFactory
    let state: Mutex<State>
    /// Raised when the sentinels should be asked soon.
    let signal = TimedSignal()

    /// A router; nothing happens before `run()`.
    init(
        _ options: SentinelOptions,
        access: any SentinelAccess,
        clock: SentinelClock = .system,
        makeNode: @escaping NodeFactory
    ) {
        self.options = options
        self.access = access
        self.clock = clock
        self.makeNode = makeNode
        let directory = SentinelDirectory(configured: options.sentinels, countMax: options.sentinelsMax)
        self.state = Mutex(State(directory: directory))
    }

    /// The master's node, as far as it is known.
    var masterNode: Node? { self.state.withLock { $0.master?.node } }

    /// Where the master is, as far as is known.
    var masterAddress: RedisEndpoint? { self.state.withLock { $0.master?.address } }

    /// Sends commands back to back on one connection of the master.
    ///
    /// - Parameters:
    ///   - commands: sent again together, if at all: only when the replies prove that none was carried out.
    ///   - deadline: when to give up.
    /// - Returns: a reply each, errors as `.error` elements; those of the last try when the deadline ends the tries.
    /// - Throws: `.deadlineExceeded`, with the reason why there was no master as cause; `.cancelled`, `.closed`,
    ///   `.queueFull`, `.handshakeRefused`; `.connectionLost` when the commands may have been carried out.
    nonisolated(nonsending) func perform(
        _ commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> [RedisValue] {
        try await self.repeating(
            until: deadline,
            { (node: Node) async throws(RedisError) -> [RedisValue] in
                try await node.perform(commands, deadline: deadline)
            },
            isRefusal: { $0.contains(where: MasterRefusal.isRefusal) },
            verdict: { MasterRefusal.verdict(on: $0, to: commands) }
        )
    }

    /// Sends one command to the master, as `perform(_:deadline:)` does for several.
    nonisolated(nonsending) func perform(
        _ command: RawCommand,
        deadline: Deadline
    ) async throws(RedisError) -> RedisValue {
        try await self.repeating(
            until: deadline,
            { (node: Node) async throws(RedisError) -> RedisValue in
                try await node.perform(command, deadline: deadline)
            },
            isRefusal: MasterRefusal.isRefusal,
            verdict: { _ in .repeatable }
        )
    }

    /// The master's node, for connections of one's own; waits while there is none.
    ///
    /// - Throws: `.deadlineExceeded`, `.cancelled`, `.closed`, `.queueFull`, `.handshakeRefused`.
    nonisolated(nonsending) func node(deadline: Deadline) async throws(RedisError) -> Node {
        try await self.master(deadline).node
    }

    /// Notes that calls to a node fail, so that the sentinels are asked soon.
    func doubt(generation: Int) {
        if self.state.withLock({ $0.doubt(generation: generation) }) { self.signal.raise() }
    }

    /// Notes that the server at `endpoint` may not be the master any more.
    func doubtMaster(at endpoint: RedisEndpoint) {
        let generation = self.state.withLock { state in
            state.master?.address == endpoint ? state.master?.generation : nil
        }
        if let generation { self.doubt(generation: generation) }
    }

    // MARK: - Calls

    private nonisolated(nonsending) func repeating<Reply: Sendable>(
        until deadline: Deadline,
        _ send: nonisolated(nonsending) (Node) async throws(RedisError) -> Reply,
        isRefusal: (Reply) -> Bool,
        verdict: (Reply) -> MasterRefusal.Verdict
    ) async throws(RedisError) -> Reply {
        var generator = self.clock.generator
        var tries = 0
        while true {
            let master = try await self.master(deadline)
            let outcome: Result<Reply, RedisError>
            do throws(RedisError) {
                let reply = try await send(master.node)
                guard isRefusal(reply) else { return reply }
                self.doubt(generation: master.generation)
                guard verdict(reply) == .repeatable else { return reply }
                outcome = .success(reply)
            } catch {
                // `.closed` is the end of that node only: it may have been replaced just now.
                guard error.code == .connectionLost || error.code == .closed else { throw error }
                self.doubt(generation: master.generation)
                guard !error.mayHaveBeenApplied else { throw error }
                outcome = .failure(error)
            }
            tries += 1
            let delay = self.options.retry.delay(attempt: tries, using: &generator)
            let instant = min(self.clock.now().advanced(by: delay), deadline.instant)
            try await self.waitForNews(after: master.generation, until: instant)
            guard self.clock.now() < deadline.instant else { return try Self.lastOutcome(outcome) }
        }
    }

    private static func lastOutcome<Reply>(_ outcome: Result<Reply, RedisError>) throws(RedisError) -> Reply {
        switch outcome {
        case .success(let reply): return reply
        case .failure(let error):
            throw RedisError(.deadlineExceeded, "no master carried the commands out in time", cause: error)
        }
    }

    private nonisolated(nonsending) func master(_ deadline: Deadline) async throws(RedisError) -> State.Master {
        while true {
            let (master, phase, failure) = self.state.withLock { ($0.master, $0.phase, $0.failure) }
            guard phase != .closed else { throw RedisError(.closed, "the client is closed") }
            if let master { return master }
            if let failure, failure.code == .handshakeRefused { throw failure }
            guard self.clock.now() < deadline.instant else {
                let message = phase == .idle ? "the client is not running" : "no master was found in time"
                throw RedisError(.deadlineExceeded, message, cause: failure)
            }
            try await self.waitForNews(after: 0, until: deadline.instant)
        }
    }

    /// Waits until there is a master of another generation (0: none), or until `instant`.
    ///
    /// May return early.
    private nonisolated(nonsending) func waitForNews(
        after generation: Int,
        until instant: ContinuousClock.Instant
    ) async throws(RedisError) {
        let ticket = self.state.withLock { state in
            state.ticketLast += 1
            return state.ticketLast
        }
        let isFull = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends early, by cancellation, when there was news; then there is nobody to be woken.
                try? await self.clock.sleep(instant)
                self.wake(ticket)
            }
            let isFull = await self.wait(ticket, after: generation, until: instant)
            group.cancelAll()
            return isFull
        }
        if isFull { throw RedisError(.queueFull, "\(self.options.waitingCallsMax) calls wait for a master already") }
        if Task.isCancelled { throw RedisError(.cancelled, "the waiting task was cancelled") }
    }

    /// Returns whether there are too many waiters to wait.
    private func wait(_ ticket: Int, after generation: Int, until instant: ContinuousClock.Instant) async -> Bool {
        let isFull = Mutex(false)
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: State.Waiter) in
                let waits = self.state.withLock { state in
                    guard state.phase != .closed, (state.master?.generation ?? 0) == generation,
                        // Were it cancelled or time after this, `wake` would find the waiter: it needs the same lock.
                        !Task.isCancelled, self.clock.now() < instant
                    else { return false }
                    if generation == 0, state.failure?.code == .handshakeRefused { return false }
                    guard state.waiters.count < self.options.waitingCallsMax else {
                        isFull.withLock { $0 = true }
                        return false
                    }
                    state.waiters[ticket] = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            self.wake(ticket)
        }
        return isFull.withLock { $0 }
    }

    private func wake(_ ticket: Int) {
        self.state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
    }
}
