import CRdkafka
import Logging
import ServerRuntime
import Synchronization

/// What tasks see of a consumer's client: commands for its thread, and the partitions that come from it.
final class ConsumerSession: Sendable {
    /// What the client's thread is asked to do.
    enum Command: Sendable {
        case start(KafkaPartition, offset: Int64, Reply)
        case commit(KafkaPartition, next: Int64, Reply)
        /// Commits what is acknowledged, now.
        case commitAcknowledged(KafkaPartition, Reply)
        case bodyFinished(KafkaPartition)
        case shutDown
    }

    /// Resumed exactly once with the outcome of a command.
    typealias Reply = CheckedContinuation<Result<Void, KafkaError>, Never>

    private struct Inbox {
        var commands: [Command] = []
        var isClosed = false
    }

    let configuration: KafkaConsumerConfiguration
    let logger: Logger
    let wake: WakeDescriptor
    let client: RDKafkaClient
    let joinSignal: JoinSignal
    let metrics: KafkaConsumerMetrics
    let failures = ConnectionFailures()
    let statistics: StatisticsMetrics
    /// Partitions as they are assigned.
    ///
    /// Unbounded, because it holds a few elements for each rebalance and its reader only starts tasks.
    let assignments: AsyncStream<KafkaPartition>
    let assignmentSource: AsyncStream<KafkaPartition>.Continuation
    private let inbox = Mutex(Inbox())
    private let failure = Mutex<(any Error)?>(nil)
    private let pool: BlockingPool

    init(
        _ configuration: KafkaConsumerConfiguration,
        joinSignal: JoinSignal,
        metrics: KafkaConsumerMetrics,
        statistics: StatisticsMetrics,
        logger: Logger
    ) throws(KafkaError) {
        self.configuration = configuration
        self.joinSignal = joinSignal
        self.metrics = metrics
        self.statistics = statistics
        self.logger = logger
        self.wake = try WakeDescriptor()
        self.client = try RDKafkaClient(.consumer, configuration.makeConf(), wake: self.wake)
        (self.assignments, self.assignmentSource) = AsyncStream.makeStream()
        self.pool = BlockingPool(threadCount: 2)
        self.pool.start()
    }

    // MARK: - Tasks

    /// Asks the thread to begin reading.
    func start(_ partition: KafkaPartition, _ offset: Int64) async throws(KafkaError) {
        let result = await withCheckedContinuation { reply in
            self.post(.start(partition, offset: offset, reply))
        }
        try result.get()
    }

    /// Asks the thread to commit.
    func commit(_ partition: KafkaPartition, _ next: Int64) async throws(KafkaError) {
        let result = await withCheckedContinuation { reply in
            self.post(.commit(partition, next: next, reply))
        }
        try result.get()
    }

    /// Asks the thread to commit what is acknowledged.
    func commitAcknowledged(_ partition: KafkaPartition) async throws(KafkaError) {
        let result = await withCheckedContinuation { reply in
            self.post(.commitAcknowledged(partition, reply))
        }
        try result.get()
    }

    /// Tells the thread that a body has returned.
    func bodyFinished(_ partition: KafkaPartition) {
        self.post(.bodyFinished(partition))
    }

    /// Begins the end: streams end, bodies finish, the group is left.
    func shutDown() {
        self.post(.shutDown)
    }

    /// Begins the end because of an error; the first one counts.
    func fail(_ error: any Error) {
        self.failure.withLock { failure in
            if failure == nil { failure = error }
        }
        self.shutDown()
    }

    /// The error that `fail` was called with first.
    var firstFailure: (any Error)? {
        self.failure.withLock { $0 }
    }

    /// Runs a call that blocks, on one of the session's threads for that.
    func query<Value: Sendable>(
        _ body: @escaping @Sendable (OpaquePointer, Int32) throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        let timeout = self.configuration.operationTimeout.milliseconds(rounding: .up)
        do {
            return try await self.pool.run {
                guard self.client.enter() else { throw Self.closed }
                defer { self.client.leave() }
                return try body(self.client.raw, timeout)
            }
        } catch let error as KafkaError {
            throw error
        } catch {
            // The pool throws nothing else than CancellationError.
            throw Task.isCancelled ? KafkaError(.cancelled, "cancelled before the broker was asked") : Self.closed
        }
    }

    static let closed = KafkaError(.closed, "the consumer is closed")

    private func post(_ command: Command) {
        let isClosed = self.inbox.withLock { inbox in
            if !inbox.isClosed { inbox.commands.append(command) }
            return inbox.isClosed
        }
        if isClosed { Self.refuse(command) } else { self.wake.wake() }
    }

    // MARK: - The thread

    /// Runs the client's thread until the group has been left and the client is destroyed.
    func runOnThread() async throws(KafkaError) {
        do {
            try await DedicatedThread.run("kafka-consumer") { ConsumerLoop.run(self) }
        } catch {
            // There was no thread; without one nothing has begun that could block.
            self.client.destroy()
            self.closeInbox()
            self.assignmentSource.finish()
            throw error
        }
    }

    /// Ends the threads for blocking calls.
    ///
    /// Those that run end by their timeouts.
    func endPool() async {
        // Fails only when it was shut down before.
        try? await self.pool.shutdown()
    }

    /// The commands since the last call.
    func takeCommands() -> [Command] {
        self.inbox.withLock { inbox in
            defer { inbox.commands = [] }
            return inbox.commands
        }
    }

    /// Refuses what is in the inbox and what comes later.
    func closeInbox() {
        let rest = self.inbox.withLock { inbox in
            inbox.isClosed = true
            defer { inbox.commands = [] }
            return inbox.commands
        }
        for command in rest { Self.refuse(command) }
    }

    private static func refuse(_ command: Command) {
        switch command {
        case .start(let partition, _, let reply), .commit(let partition, _, let reply),
            .commitAcknowledged(let partition, let reply):
            reply.resume(returning: .failure(partition.notOwned))
        case .bodyFinished, .shutDown: break
        }
    }
}
