import ServerRuntime
import Synchronization

/// Hands connections to callers, first come, first served.
///
/// Decides with `PoolStateMachine`, acts after its lock is released. Opening is left to the owner, who gets a request
/// for each connection that is wanted.
final class ConnectionPool: Sendable {
    typealias Grant = Result<PGConnection, PostgresError>

    struct Waiter {
        let continuation: CheckedContinuation<Grant, Never>
        let deadline: Deadline
    }

    private struct State {
        var machine: PoolStateMachine<PGConnection, Waiter>
        var nextID: UInt64 = 0
        /// Why the last try to open a connection failed; nil after one that succeeded.
        var lastFailure: PostgresError?
        var drained: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    private let waitersMax: Int
    private let requestOpening: @Sendable () -> Void
    private let requestWakeUp: @Sendable (ContinuousClock.Instant) -> Void

    /// Creates an empty pool.
    ///
    /// - Parameters:
    ///   - configuration: the bounds.
    ///   - requestOpening: called once for each connection that has to be opened.
    ///   - requestWakeUp: called with an instant by which `expire(now:)` has to be called.
    init(
        _ configuration: PostgresConfiguration,
        requestOpening: @escaping @Sendable () -> Void,
        requestWakeUp: @escaping @Sendable (ContinuousClock.Instant) -> Void
    ) {
        let machine = PoolStateMachine<PGConnection, Waiter>(
            connectionsMax: configuration.connectionsMax,
            waitersMax: configuration.waitersMax
        )
        self.state = Mutex(State(machine: machine))
        self.waitersMax = configuration.waitersMax
        self.requestOpening = requestOpening
        self.requestWakeUp = requestWakeUp
    }

    /// A connection that was alive a moment ago, for this caller alone until `giveBack(_:)`.
    func acquire(deadline: Deadline) async throws(PostgresError) -> PGConnection {
        while true {
            let connection = try await self.acquireAny(deadline: deadline).get()
            if connection.isAliveAfterIdling() { return connection }
            connection.close()
            self.giveBack(connection)
        }
    }

    /// Takes a connection back; a closed one is replaced when somebody waits.
    func giveBack(_ connection: PGConnection) {
        if connection.isIdle {
            self.perform(self.state.withLock { $0.machine.returned(connection) })
        } else {
            connection.close()
            if self.state.withLock({ $0.machine.lost() }) {
                self.requestOpening()
            }
        }
        self.signalDrained()
    }

    /// Adds a connection that was asked for.
    func opened(_ connection: PGConnection) {
        let action = self.state.withLock { state in
            state.lastFailure = nil
            return state.machine.opened(connection)
        }
        self.perform(action)
    }

    /// Notes a failed try to open a connection.
    ///
    /// - Returns: whether to try again.
    func openFailed(_ error: PostgresError) -> Bool {
        let (retries, failed) = self.state.withLock { state in
            state.lastFailure = error
            return state.machine.openFailed(isPermanent: error.code == .authenticationFailed)
        }
        for waiter in failed {
            waiter.continuation.resume(returning: .failure(error))
        }
        return retries
    }

    /// Fails the waiters whose deadline has passed.
    ///
    /// - Returns: the earliest deadline of those that are left.
    func expire(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (expired, cause, next) = self.state.withLock { state in
            let expired = state.machine.expired { $0.deadline.instant <= now }
            return (expired, state.lastFailure, state.machine.waiters.map(\.deadline.instant).min())
        }
        let error =
            cause.map { PostgresError(.connectionFailed, "no connection before the deadline", cause: $0) }
            ?? PostgresError(.timeout, "all connections were in use up to the deadline")
        for waiter in expired {
            waiter.continuation.resume(returning: .failure(error))
        }
        return next
    }

    /// Fails all waiters and closes what is idle; connections that are with callers are closed when they come back.
    func close() {
        let (waiters, idle) = self.state.withLock { $0.machine.close() }
        for waiter in waiters {
            waiter.continuation.resume(returning: .failure(PostgresError(.closed, "the client was shut down")))
        }
        for connection in idle {
            connection.close()
        }
    }

    /// Returns when every connection has come back after `close()`.
    func drained() async {
        await withCheckedContinuation { continuation in
            let isDrained = self.state.withLock { state in
                guard !state.machine.isDrained else { return true }
                state.drained = continuation
                return false
            }
            if isDrained {
                continuation.resume()
            }
        }
    }

    private func acquireAny(deadline: Deadline) async -> Grant {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.enqueue(Waiter(continuation: continuation, deadline: deadline), id: id)
                // The handler may have run before there was anything to cancel.
                if Task.isCancelled {
                    self.cancel(id)
                }
            }
        } onCancel: {
            self.cancel(id)
        }
    }

    private func enqueue(_ waiter: Waiter, id: UInt64) {
        switch self.state.withLock({ $0.machine.acquire(waiter, id: id) }) {
        case .lease(let connection):
            waiter.continuation.resume(returning: .success(connection))
        case .wait(let opens):
            self.requestWakeUp(waiter.deadline.instant)
            if opens {
                self.requestOpening()
            }
        case .refuseFull:
            let error = PostgresError(.poolExhausted, "\(self.waitersMax) callers wait for a connection already")
            waiter.continuation.resume(returning: .failure(error))
        case .refuseClosed:
            waiter.continuation.resume(returning: .failure(PostgresError(.closed, "the client was shut down")))
        }
    }

    private func cancel(_ id: UInt64) {
        let waiter = self.state.withLock { $0.machine.cancelled(id) }
        let error = PostgresError(.cancelled, "cancelled while waiting for a connection")
        waiter?.continuation.resume(returning: .failure(error))
    }

    private func perform(_ action: PoolStateMachine<PGConnection, Waiter>.ReturnAction) {
        switch action {
        case .resume(let waiter, let connection): waiter.continuation.resume(returning: .success(connection))
        case .close(let connection): connection.close()
        case .none: break
        }
    }

    private func signalDrained() {
        let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.machine.isDrained else { return nil }
            defer { state.drained = nil }
            return state.drained
        }
        continuation?.resume()
    }
}
