public import Logging
public import Metrics

/// A member of a consumer group that runs a piece of code for every partition it owns.
///
/// The library fetches ahead within bounds for each partition and stops when a body does not keep up; it keeps the
/// membership alive however long a body takes. Offsets are committed by `KafkaPartition.commit`, or, with an
/// `acknowledgementWindow`, as far as all records are acknowledged; in no other way.
public final class KafkaConsumer: Sendable {
    private let configuration: KafkaConsumerConfiguration
    private let logger: Logger
    private let joinSignal = JoinSignal()
    private let metrics: KafkaConsumerMetrics
    private let statistics: StatisticsMetrics

    /// Checks the configuration.
    ///
    /// Nothing is started and no broker is contacted.
    ///
    /// - Parameters:
    ///   - configuration: how the member behaves.
    ///   - logger: where the client's own log lines go, below warning.
    ///   - metrics: makes the consumer's metrics; the system's factory without one.
    /// - Throws: `.invalidConfiguration` naming the key.
    public init(
        _ configuration: KafkaConsumerConfiguration,
        logger: Logger,
        metrics: (any MetricsFactory)? = nil
    ) throws(KafkaError) {
        self.configuration = configuration
        let factory = metrics ?? MetricsSystem.factory
        self.metrics = KafkaConsumerMetrics(factory: factory, group: configuration.groupID)
        let client = configuration.connection.clientID
        self.statistics = StatisticsMetrics(
            .init(client: client, kind: "consumer", group: configuration.groupID),
            factory: factory
        )
        self.logger = logger
        _ = try configuration.makeConf()
    }

    /// Joins the group and runs `body`, in a task of its own, for every partition that is assigned.
    ///
    /// When the group asks for a partition, its stream ends (`nextBatch()` returns `nil`) and the partition is given
    /// back when the body has returned, at the latest after `revocationTimeout`; then the body's task is cancelled. The
    /// same happens to all partitions when the surrounding task is cancelled: bodies are not cancelled with it, they
    /// see the end of their streams and may finish and commit. A partition that comes back gets a new `KafkaPartition`,
    /// and its body begins only after the former one has returned.
    ///
    /// A body that returns early leaves its partition unread until it is assigned anew. An error that a body throws ends
    /// `run`, except for `.notOwned`, `.rebalancing`, `.closed` and cancellation once its partition was asked for.
    ///
    /// - Parameter body: the work on one partition.
    /// - Throws: the first error of a body, or a fatal one of the client, after everything has been closed;
    ///   `.authenticationFailed` when the member has not joined within `operationTimeout` because client and broker do not
    ///   accept each other. After the first assignment such failures are tried again for ever, and logged.
    public func run(_ body: @escaping @Sendable (KafkaPartition) async throws -> Void) async throws {
        self.joinSignal.begin()
        // The session tells of the end earlier; this is for a run that never gets so far.
        defer { self.joinSignal.end() }
        let session = try ConsumerSession(
            self.configuration,
            joinSignal: self.joinSignal,
            metrics: self.metrics,
            statistics: self.statistics,
            logger: self.logger
        )
        // Not a child task: cancelling the caller has to reach the bodies as the end of their streams. It is awaited.
        let supervisor = Task { try await Self.supervise(session, body) }
        try await withTaskCancellationHandler {
            try await supervisor.value
        } onCancel: {
            session.shutDown()
        }
    }

    /// Returns once the member has joined its group and taken its first assignment, which may be empty.
    ///
    /// Any number of tasks may wait, also before `run` has begun; there is no deadline but the caller's cancellation
    /// and the end of `run`.
    ///
    /// - Throws: `.closed` when `run` ends before or has ended, `.cancelled`.
    public func joined() async throws(KafkaError) {
        try await self.joinSignal.wait()
    }

    private static func supervise(
        _ session: ConsumerSession,
        _ body: @escaping @Sendable (KafkaPartition) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await session.runOnThread() }
            await withDiscardingTaskGroup { bodies in
                for await partition in session.assignments {
                    bodies.addTask { await self.host(partition, session, body) }
                }
            }
            try await group.waitForAll()
        }
        await session.endPool()
        if let error = session.firstFailure { throw error }
    }

    private static func host(
        _ partition: KafkaPartition,
        _ session: ConsumerSession,
        _ body: @escaping @Sendable (KafkaPartition) async throws -> Void
    ) async {
        await partition.predecessor?.waitUntilFinished()
        // A task of its own, so that this body alone can be cancelled when it outstays its partition.
        let task = Task { try await body(partition) }
        partition.bodyStarted { task.cancel() }
        do {
            try await task.value
        } catch {
            if partition.isOwned || !self.isEndOfPartition(error) { session.fail(error) }
        }
        partition.bodyFinished()
        session.bodyFinished(partition)
    }

    private static func isEndOfPartition(_ error: any Error) -> Bool {
        guard let error = error as? KafkaError else { return error is CancellationError }
        return [.notOwned, .rebalancing, .closed, .cancelled].contains(error.code)
    }
}
