public import Logging
public import Metrics
public import Tracing

/// A client of one Redis server, of a master behind sentinels, or of a cluster, shared by any number of tasks.
///
/// Commands of all tasks travel together over one connection to each server: what comes in while the connection is busy
/// goes out with one system call. Blocking commands, `withConnection` and subscriptions have connections of their own.
/// The client reconnects by itself. Until `run()` is called commands only wait; afterwards:
///
/// - Every call ends by its reply, its deadline, the cancellation of its task, or the loss of the connection, whichever
///   comes first.
/// - A call whose bytes had been handed to the connection when that broke fails with `mayHaveBeenApplied == true` and
///   is never repeated. One that had not is sent over the next connection.
/// - After a deadline or a cancellation the connection goes on: the late reply is matched and dropped.
/// - When the server refuses the password, user, database or certificate, calls fail at once with its words, and the
///   client tries again with the delays of `RedisConfiguration.reconnect`.
/// - When `pendingCommandsMax` commands or `pendingBytesMax` bytes of one connection are pending, one more call fails with
///   `.queueFull`.
public final class RedisClient: Sendable {
    /// What the client was made with.
    public let configuration: RedisConfiguration
    let settings: ConnectionSettings
    let route: Route
    let tracer: (any Tracer)?
    /// The only server, if calls can go to it without further ado.
    let singleNode: RedisNode?
    let subscriptions: SubscriptionHub
    private let subscriberLink: FollowingSubscriberLink

    /// Creates a client; nothing happens before `run()`.
    ///
    /// - Parameters:
    ///   - configuration: where the servers are and how to talk to them.
    ///   - logger: for connections made and lost, at `debug`, and for refused handshakes, at `info`.
    ///   - metrics: makes the client's metrics; the system's factory without one.
    ///   - tracer: gets a span for each call; `nil` for none.
    public init(
        _ configuration: RedisConfiguration,
        logger: Logger,
        metrics: (any MetricsFactory)? = nil,
        tracer: (any Tracer)? = nil
    ) {
        self.configuration = configuration
        self.tracer = tracer
        let settings = ConnectionSettings(
            configuration: configuration,
            loop: RedisEventLoop(),
            logger: logger,
            metrics: RedisMetrics(factory: metrics ?? MetricsSystem.factory),
            generations: ConnectionGenerations(),
            tls: TLSContextHolder()
        )
        self.settings = settings
        self.route = Route(settings)
        if case .single(let node) = self.route, tracer == nil {
            self.singleNode = node
        } else {
            self.singleNode = nil
        }
        let link = FollowingSubscriberLink(self.route, settings)
        self.subscriberLink = link
        let makeLink = { @Sendable (handler: any SubscriberHandler) -> any SubscriberLink in
            link.begin(handler)
            return link
        }
        let noteLoss = { @Sendable (loss: SubscriptionBuffer.Loss) in
            settings.metrics.gap(isNew: loss.isNewGap, dropped: loss.dropped)
        }
        self.subscriptions = SubscriptionHub(noteLoss: noteLoss, makeLink: makeLink)
    }

    deinit {
        // What never ran holds itself: the loop its connections and they the loop, a subscription's likewise.
        self.settings.loop.refuse(RedisError(.closed, "the client is gone"))
        self.subscriptions.close()
    }

    /// The client's thread, for tasks to which a call's two thread hops matter.
    ///
    /// A task that prefers it (`withTaskExecutorPreference`) shares the thread with the connections. It must not
    /// compute for long, and never block: nobody's replies are read meanwhile.
    public var executor: any TaskExecutor { self.settings.loop }

    /// Connects and serves the calls until the surrounding task is cancelled; may be called once.
    ///
    /// Owns one thread, which has ended when this returns. What is pending then fails with `.closed`.
    ///
    /// - Throws: `.alreadyRunning`; `.invalidArgument` with the setting, or the file of TLS, at fault; `.system` when there is
    ///   no thread or descriptor left.
    public func run() async throws(RedisError) {
        do throws(RedisError) {
            try self.configuration.validate()
            if let tls = self.configuration.tls { try await self.settings.tls.load(tls) }
            try await self.route.prepare(self.configuration)
        } catch {
            self.settings.loop.refuse(error)
            self.route.close()
            self.end()
            throw error
        }
        let result = await withTaskGroup(of: Result<Void, RedisError>.self) { group in
            group.addTask {
                await Self.result { () async throws(RedisError) in try await self.settings.loop.run() }
            }
            group.addTask {
                await Self.result { () async throws(RedisError) in try await self.serve() }
            }
            var result = Result<Void, RedisError>.success(())
            for await outcome in group {
                if case .success = result { result = outcome }
                group.cancelAll()
            }
            return result
        }
        if case .failure(let error) = result, error.code == .alreadyRunning { throw error }
        self.end()
        try result.get()
    }

    /// What runs beside the thread.
    private func serve() async throws(RedisError) {
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.subscriberLink.run() }
            group.addTask { await self.closeIdleLeases() }
            let result = await Self.result { () async throws(RedisError) in try await self.route.run() }
            if case .failure = result { group.cancelAll() }
            await group.waitForAll()
            return result
        }
        try result.get()
    }

    private func closeIdleLeases() async {
        let interval = max(self.configuration.leasedConnectionIdleTimeout / 4, .milliseconds(100))
        while !Task.isCancelled {
            // Throws when the task is cancelled, which ends the loop.
            try? await Task.sleep(for: interval, clock: .continuous)
            for node in self.route.knownNodes { node.leases.closeIdle() }
        }
    }

    private func end() {
        self.subscriptions.close()
        self.settings.generations.close()
    }

    private static func result(
        _ body: () async throws(RedisError) -> Void
    ) async -> Result<Void, RedisError> {
        do throws(RedisError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    /// The number of connections made so far: 0 before the first, and one more after each loss.
    ///
    /// Connections of blocking commands, leases and subscriptions do not count.
    public var connectionGeneration: Int { self.settings.generations.current }

    /// Whether a connection stands, as far as is known.
    public var isConnected: Bool { self.settings.generations.isConnected }

    /// Waits until more than `generation` connections have been made, and returns how many.
    ///
    /// Who must repeat something after each loss of a connection calls this in a loop, with the last result. At most
    /// 1,024 tasks may wait.
    ///
    /// - Throws: `.cancelled`, `.closed`, or `.queueFull`.
    public func connection(after generation: Int) async throws(RedisError) -> Int {
        try await self.settings.generations.next(after: generation)
    }
}
