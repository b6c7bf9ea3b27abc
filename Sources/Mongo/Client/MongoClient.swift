public import Logging
public import Metrics
import ServerRuntime
import Synchronization

/// A pool of connections to one MongoDB deployment, used by a bounded number of threads.
///
/// libmongoc blocks, so a call runs on a thread of the client, with one of `connectionsMax` clients of libmongoc. Calls
/// wait in order of arrival for a client, then for a thread; both only from `run()` on, so start it before the first call.
/// Each call has a deadline. It ends what the call waits for inside libmongoc too, so that the thread is free then.
public final class MongoClient: Sendable {
    /// Where to, and the bounds.
    public let configuration: MongoConfiguration
    let engine: MongoEngine
    private let logger: Logger
    private let hasRun = Atomic(false)

    /// Creates the client; nothing is opened or started.
    ///
    /// - Parameters:
    ///   - configuration: where to, and the bounds.
    ///   - logger: gets the client's start and end and the servers' changes, and the messages of libmongoc; the last has
    ///     one log for the whole process, which is that of the client made last.
    ///   - metrics: makes the metrics; default the process-wide factory.
    /// - Throws: `.invalidConfiguration`, which names the option and the rule, and never the connection string.
    public init(
        _ configuration: MongoConfiguration,
        logger: Logger,
        metrics: (any MetricsFactory)? = nil
    ) throws(MongoError) {
        try configuration.validate()
        MongocLog.send(to: logger)
        self.configuration = configuration
        self.logger = logger
        let monitor = MongoMonitor(
            metrics: MongoMetrics(factory: metrics ?? MetricsSystem.factory),
            logger: logger,
            slowThreshold: configuration.slowCommandThreshold
        )
        self.engine = MongoEngine(configuration, monitor: monitor, logger: logger)
    }

    /// Serves calls until the surrounding task is cancelled.
    ///
    /// Then calls that wait fail with `.closed`, calls that run get `closeGrace` to end, cursors and sessions that are still
    /// open are ended, connections are closed, and the threads end.
    ///
    /// - Throws: `.closed` when called a second time; `.invalidConfiguration` when the servers of a `mongodb+srv` string
    ///   cannot be looked up.
    public func run() async throws {
        guard self.hasRun.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            throw MongoError(.closed, "run() can be called once")
        }
        let metadata: Logger.Metadata = ["mongo.connections": "\(self.configuration.connectionsMax)"]
        self.logger.debug("mongo client runs", metadata: metadata)
        try await self.engine.run()
        self.logger.debug("mongo client has ended")
    }

    /// Runs `body` with a client of its own, or with that of `session`, on one of the threads.
    ///
    /// - Parameters:
    ///   - deadline: when the caller gets an error instead; default `operationTimeout` from now.
    ///   - kind: what the call does, which decides what a lost answer means.
    ///   - session: the session that the call is part of.
    ///   - body: may run again when nothing of it was sent.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `.timeout`, `.cancelled`, `.poolExhausted`, `.closed`.
    func withClient<Value: Sendable>(
        _ deadline: Deadline?,
        kind: MongoCallKind,
        session: MongoSession? = nil,
        _ body: @escaping @Sendable (borrowing MongocClient) throws(MongoError) -> Value
    ) async throws(MongoError) -> Value {
        if let session { return try await session.call(deadline, kind: kind, body) }
        return try await self.engine.call(EngineCallOptions(deadline: deadline, kind: kind), body)
    }

    /// Takes a client out of the pool, to keep it between calls.
    ///
    /// - Throws: `.poolExhausted`, `.timeout`, `.cancelled`, `.closed`.
    func checkOut(_ deadline: Deadline?) async throws(MongoError) -> ClientLease {
        try await self.engine.checkOut(deadline)
    }
}
