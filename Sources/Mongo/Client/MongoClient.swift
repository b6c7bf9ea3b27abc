import CMongoc
public import Logging
public import ServerRuntime
import Synchronization

/// A pool of connections to one MongoDB deployment, with a thread for each.
///
/// libmongoc blocks, so each call runs on one of `connectionsMax` threads with a connection of its own. Calls wait
/// until `run()` runs, so start it before the first one. They are served in order of arrival, and each has a deadline:
/// the caller is answered by then, and the thread is free again at the latest when libmongoc's timeouts end the call.
public final class MongoClient: Sendable {
    /// Where to, and the bounds.
    public let configuration: MongoConfiguration
    let pool: MongocPool
    private let queue: CallQueue
    private let logger: Logger
    private let hasRun = Atomic(false)

    /// Creates the client; nothing is opened before the first call.
    ///
    /// - Parameters:
    ///   - configuration: where to, and the bounds.
    ///   - logger: gets start and end of the client, at `debug`.
    /// - Throws: `.invalidConfiguration`, without the connection string in the text.
    public init(_ configuration: MongoConfiguration, logger: Logger) throws(MongoError) {
        self.configuration = configuration
        self.logger = logger
        self.pool = try MongocPool(configuration)
        self.queue = CallQueue(waitersMax: configuration.waitersMax)
    }

    /// Serves calls until the surrounding task is cancelled.
    ///
    /// Then calls that wait fail with `.closed`, calls that run are finished, connections are closed, and the threads
    /// end.
    ///
    /// - Throws: `.closed` when called a second time.
    public func run() async throws {
        guard self.hasRun.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            throw MongoError(.closed, "run() can be called once")
        }
        // A task of its own, so that cancelling ours does not reach the threads before they have closed the pool; it is
        // awaited below.
        let threads = Task { try await self.runThreads() }
        self.logger.debug("mongo client runs", metadata: ["mongo.connections": "\(self.configuration.connectionsMax)"])
        for await _ in AsyncStream<Never>.makeStream().stream {}  // ends by cancellation
        self.queue.close(workers: self.configuration.connectionsMax)
        try await threads.value
        self.logger.debug("mongo client has ended")
    }

    /// The collection of this name in the configured database.
    ///
    /// Costs nothing.
    public func collection(_ name: String) -> MongoCollection {
        MongoCollection(client: self, name: name)
    }

    /// Runs a database command and returns its reply.
    ///
    /// It is sent as it is: a command that writes has to carry its own `writeConcern`, and nothing is tried again.
    ///
    /// - Parameters:
    ///   - command: the command; its name is the first key.
    ///   - deadline: default `operationTimeout` from now.
    /// - Returns: the server's reply.
    /// - Throws: `mayHaveBeenApplied` whenever the answer is missing, since any command may be one that writes.
    @discardableResult
    public func runCommand(
        _ command: BSONDocument,
        deadline: Deadline? = nil
    ) async throws(MongoError) -> BSONDocument {
        let database = self.configuration.database
        return try await self.withClient(deadline, isWrite: true) { client throws(MongoError) in
            let command = try BSONHandle(command)
            let reply = BSONReply()
            var error = bson_error_t()
            guard mongoc_client_command_with_opts(client.raw, database, command.raw, nil, nil, reply.raw, &error) else {
                throw MongoError(error, reply: reply.document, isWrite: true)
            }
            return try BSONDocument(copying: reply.raw)
        }
    }

    /// Runs `body` with a client of its own on one of the threads.
    func withClient<Value: Sendable>(
        _ deadline: Deadline?,
        isWrite: Bool,
        _ body: @escaping @Sendable (borrowing MongocClient) throws(MongoError) -> Value
    ) async throws(MongoError) -> Value {
        let deadline = deadline ?? .after(self.configuration.operationTimeout)
        let pool = self.pool
        return try await self.queue.call(deadline: deadline, isWrite: isWrite) { () throws(MongoError) in
            try body(try MongocClient(from: pool, deadline: deadline))
        }
    }

    private func runThreads() async throws {
        let workers = self.configuration.connectionsMax
        let threads = BlockingPool(threadCount: workers + 1)
        threads.start()
        try await withThrowingDiscardingTaskGroup { [queue, pool] group in
            for _ in 0..<workers {
                group.addTask { try await threads.run { queue.runWorker() } }
            }
            group.addTask {
                try await threads.run {
                    queue.runTimers()
                    pool.close()  // every worker has ended, so every client is back
                }
            }
        }
        try await threads.shutdown()
    }
}
