public import Logging
import ServerRuntime
import Synchronization

/// A pool of connections to one PostgreSQL server.
///
/// Calls wait until `run()` runs, so start it before the first one. Every call has a deadline; one that ends by
/// deadline or cancellation closes its connection, after asking the server to stop the statement, and the pool opens
/// another. Callers that wait for a connection are served in order of arrival.
public final class PostgresClient: Sendable {
    let configuration: PostgresConfiguration
    let pool: ConnectionPool
    private let reactor: SocketReactor
    private let logger: Logger
    /// Threads for what may block: the reactor, host names, cancel requests.
    private let threads = BlockingPool(threadCount: 3)
    private let openings: AsyncStream<Void>
    private let cancels: AsyncStream<PGCancelHandle>
    private let cancelRequests: AsyncStream<PGCancelHandle>.Continuation
    private let hasRun = Atomic(false)

    /// Creates the client; nothing is opened before `run()`.
    ///
    /// - Parameters:
    ///   - configuration: where to, and the bounds.
    ///   - logger: gets failed tries to open a connection, at `debug`.
    public init(_ configuration: PostgresConfiguration, logger: Logger) {
        // The pool asks for at most `connectionsMax` openings at a time, so this buffer drops none.
        let (openings, openingRequests) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingOldest(configuration.connectionsMax)
        )
        // A cancel request is best effort; one that finds the buffer full is dropped.
        let (cancels, cancelRequests) = AsyncStream.makeStream(
            of: PGCancelHandle.self,
            bufferingPolicy: .bufferingOldest(4 * configuration.connectionsMax)
        )
        let reactor = SocketReactor()
        self.configuration = configuration
        self.logger = logger
        self.openings = openings
        self.cancels = cancels
        self.cancelRequests = cancelRequests
        self.reactor = reactor
        self.pool = ConnectionPool(
            configuration,
            requestOpening: { openingRequests.yield() },
            requestWakeUp: { reactor.wake(by: $0) }
        )
    }

    /// Opens connections as calls want them, until the surrounding task is cancelled.
    ///
    /// Then calls that wait or are under way fail with `.closed`, connections are closed, and the threads end. Returns
    /// when nothing is left; the body of a transaction that is still running is waited for.
    ///
    /// - Throws: `.closed` when called a second time.
    public func run() async throws {
        guard self.hasRun.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            throw PostgresError(.closed, "run() can be called once")
        }
        self.threads.start()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.runReactor() }
            group.addTask { await self.sendCancelRequests() }
            await self.openConnections()
            self.pool.close()
            self.reactor.refuseWaits()
            await self.pool.drained()
            self.reactor.stop()
        }
        try await self.threads.shutdown()
    }

    private func runReactor() async {
        // Throws only when `run()` was cancelled before the thread began; then `run()` is about to close everything.
        try? await self.threads.run { [reactor, pool] in
            reactor.runLoop { pool.expire(now: $0) }
        }
    }

    private func sendCancelRequests() async {
        for await handle in self.cancels {
            // Throws only when `run()` is cancelled; the statement then ends with its connection.
            try? await self.threads.run { handle.send() }
        }
    }

    private func openConnections() async {
        await withDiscardingTaskGroup { group in
            for await _ in self.openings {
                group.addTask { await self.openConnection() }
            }
        }
    }

    /// Tries to open one connection for as long as somebody waits for it.
    private func openConnection() async {
        var attempt = 0
        while !Task.isCancelled {
            do {
                self.pool.opened(try await self.connect())
                return
            } catch {
                attempt += 1
                self.logger.debug(
                    "opening a connection failed",
                    metadata: ["postgres.error": "\(error)", "postgres.attempt": "\(attempt)"]
                )
                guard self.pool.openFailed(error) else { return }
            }
            // Throws only when `run()` is cancelled, which ends the loop.
            try? await Task.sleep(for: self.configuration.reconnect.delay(attempt: attempt))
        }
    }

    private func connect() async throws(PostgresError) -> PGConnection {
        let deadline = Deadline.after(self.configuration.connectTimeout)
        let cancelRequests = self.cancelRequests
        return try await PGConnection.connect(
            self.configuration,
            addresses: self.addresses(),
            reactor: self.reactor,
            deadline: deadline,
            cancelRequests: { cancelRequests.yield($0) }
        )
    }

    private func addresses() async throws(PostgresError) -> [String] {
        let host = self.configuration.host
        guard !HostResolver.needsNoLookup(host) else { return [] }
        do {
            return try await self.threads.run { try HostResolver.addresses(of: host) }
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.connectionFailed, "cancelled while looking up \(host)", cause: error)
        }
    }
}
