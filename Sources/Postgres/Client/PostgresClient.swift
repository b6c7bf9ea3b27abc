public import Logging
public import Metrics
import ServerRuntime

/// A client of one PostgreSQL database, shared by any number of tasks.
///
/// Calls wait until `run()` runs, so start it before the first one. Then:
///
/// - `query` and `execute` go to any connection, each as its own transaction. While there are fewer connections than
///   `connectionsMax` a busy pool opens another; afterwards statements go out behind others that are not answered yet
///   (libpq's pipeline mode), up to `pipelineDepthMax`. Callers are served in order of arrival.
/// - `transaction`, `withConnection` and row streams have a connection for themselves.
/// - Every call ends by its answer, its deadline, the cancellation of its task, or the loss of its connection, whichever comes
///   first. After a deadline or a cancellation the server is asked to stop the statement and its answer is dropped; the
///   connection goes on, or is replaced when the server does not react within `cancelGrace`.
/// - A statement is never sent twice when it may have been applied. It is sent again, once, when it certainly was not: a
///   cancel request meant for another one struck it, or its prepared statement was gone or out of date.
public final class PostgresClient: Sendable {
    /// What the client was made with.
    public let configuration: PostgresConfiguration
    let engine: PostgresEngine

    /// Creates the client; nothing is opened before `run()`.
    ///
    /// - Parameters:
    ///   - configuration: where to, and the bounds.
    ///   - logger: gets failed tries to open a connection: the first at `info`, the next ones at `debug`.
    ///   - metrics: makes the client's metrics; the system's factory without one.
    public init(_ configuration: PostgresConfiguration, logger: Logger, metrics: (any MetricsFactory)? = nil) {
        self.configuration = configuration
        self.engine = PostgresEngine(
            configuration,
            logger: logger,
            metrics: PostgresMetrics(factory: metrics ?? MetricsSystem.factory)
        )
    }

    deinit {
        self.engine.refuse(PostgresError(.closed, "the client is gone"))
    }

    /// The client's thread, for tasks to which a call's two thread hops matter.
    ///
    /// A task that prefers it (`withTaskExecutorPreference`) shares the thread with the connections. It must not compute for
    /// long, and never block: nobody's answers are read meanwhile.
    public var executor: any TaskExecutor { self.engine }

    /// Opens connections as calls want them, until the surrounding task is cancelled.
    ///
    /// Owns one thread, which has ended when this returns. Calls that wait or are under way then fail with `.closed`, the
    /// statements of bodies that are still running too, and all connections are closed. Only a host name that is being
    /// looked up and a cancel request on its way, which cannot be interrupted, may end later, on threads of their own.
    ///
    /// - Throws: `.closed` when called a second time; `.connectionFailed` when the system has no thread or descriptor left.
    nonisolated(nonsending) public func run() async throws {
        try await self.engine.run()
    }
}
