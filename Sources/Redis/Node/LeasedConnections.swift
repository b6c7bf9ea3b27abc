import ServerRuntime
import Synchronization

/// The connections to one server that one user at a time has for itself.
///
/// They are made when they are asked for, and kept for a while. Who asks when all are taken waits in line.
final class LeasedConnections: Sendable {
    private let address: RedisEndpoint
    private let settings: ConnectionSettings
    private let state: Mutex<State>

    private struct State {
        var queue: LeaseQueue<NodeConnection>
        /// The counts as the metrics know them.
        var reported = LeaseCounts()
    }

    init(to address: RedisEndpoint, settings: ConnectionSettings) {
        self.address = address
        self.settings = settings
        let connectionsMax = max(1, settings.configuration.leasedConnectionsMax)
        self.state = Mutex(State(queue: LeaseQueue(connectionsMax: connectionsMax)))
    }

    /// Takes a connection, which the caller gives back.
    ///
    /// It may still be connecting: then its first call waits.
    ///
    /// - Throws: `.deadlineExceeded`, `.cancelled`, `.queueFull`, or why the server is not used any more.
    func take(deadline: Deadline) async throws(RedisError) -> NodeConnection {
        let ticket = self.change { $0.makeTicket() }
        let start = ContinuousClock.now
        let decision = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Ends early, by cancellation, when the wait has ended; then there is nobody to be woken.
                guard (try? await Task.sleep(until: deadline.instant, clock: .continuous)) != nil else { return }
                self.end(ticket, RedisError(.deadlineExceeded, "no connection to \(self.address) was free in time"))
            }
            let decision = await self.wait(ticket)
            group.cancelAll()
            return decision
        }
        self.settings.metrics.leaseWaited(start.duration(to: .now))
        switch decision {
        // One that was lost while nobody had it is replaced.
        case .use(let connection): return connection.load.isOpen ? connection : self.connect()
        case .fail(let error): throw error
        case .connect: return self.connect()
        }
    }

    /// Gives a connection back.
    ///
    /// - Parameters:
    ///   - connection: what `take` returned.
    ///   - isClean: whether the next user may have it: nothing is pending and nothing is left of the last user.
    func giveBack(_ connection: NodeConnection, isClean: Bool) {
        let isKept = isClean && connection.load == (true, 0)
        if !isKept { connection.close(RedisError(.closed, "the connection was given back")) }
        let next = self.change { $0.returned(isKept ? connection : nil, at: .now) }
        if let next { next.waiter.resume(returning: next.decision) }
    }

    /// Closes the connections that nobody has had for too long.
    func closeIdle() {
        let limit = self.settings.configuration.leasedConnectionIdleTimeout
        let outdated = self.change { $0.takeIdle(since: .after(.zero - limit)) }
        for connection in outdated { connection.close(RedisError(.closed, "the connection was idle")) }
    }

    /// Closes the connections that nobody has, and refuses all further leases; leased ones are closed when given back.
    func close(_ error: RedisError) {
        let (idle, waiters) = self.change { $0.close(error) }
        for connection in idle { connection.close(error) }
        for waiter in waiters { waiter.resume(returning: .fail(error)) }
    }

    private func change<Result>(_ body: (inout sending LeaseQueue<NodeConnection>) -> sending Result) -> sending Result
    {
        let (result, before, after) = self.state.withLock { state in
            let result = body(&state.queue)
            defer { state.reported = state.queue.counts }
            return (result, state.reported, state.queue.counts)
        }
        self.settings.metrics.leaseChanged(
            inUse: after.inUse - before.inUse,
            idle: after.idle - before.idle,
            waiting: after.waiting - before.waiting
        )
        return result
    }

    private func connect() -> NodeConnection {
        let connection = NodeConnection(to: self.address, mode: .exclusive, settings: self.settings)
        connection.open()
        return connection
    }

    private func wait(_ ticket: Int) async -> LeaseQueue<NodeConnection>.Decision {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let decision = self.change { state in
                    Task.isCancelled ? .fail(Self.cancelled) : state.ask(ticket, waiter)
                }
                if let decision { waiter.resume(returning: decision) }
            }
        } onCancel: {
            self.end(ticket, Self.cancelled)
        }
    }

    private func end(_ ticket: Int, _ error: RedisError) {
        self.change { $0.withdraw(ticket) }?.resume(returning: .fail(error))
    }

    private static let cancelled = RedisError(.cancelled, "the waiting task was cancelled")
}
