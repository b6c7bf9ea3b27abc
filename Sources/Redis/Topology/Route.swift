import Logging
import ServerRuntime
import Synchronization

/// How commands reach their server.
enum Route: Sendable {
    case single(RedisNode)
    case sentinel(SentinelRouter<RedisNode>, SentinelConnections, TLSContextHolder)
    case cluster(ClusterRouter<RedisNode>)

    init(_ settings: ConnectionSettings) {
        let configuration = settings.configuration
        switch configuration.topology {
        case .single:
            let endpoint = RedisEndpoint(host: configuration.host, port: configuration.port)
            self = .single(RedisNode(endpoint, settings: settings))
        case .sentinel(let sentinels):
            let tls = TLSContextHolder()
            let access = SentinelConnections(settings.forSentinels(sentinels, tls))
            let options = SentinelOptions(masterName: sentinels.masterName, sentinels: sentinels.endpoints)
            let router = SentinelRouter(options, access: access) { endpoint, connectionLost in
                var settings = settings
                settings.requiresMaster = true
                settings.connectionLost = connectionLost
                settings.logger.info("redis master found", metadata: ["redis.server": "\(endpoint)"])
                return RedisNode(endpoint, settings: settings)
            }
            self = .sentinel(router, access, tls)
        case .cluster(let seeds):
            let losses = ConnectionLosses()
            let noteMoved = { @Sendable in settings.metrics.moved() }
            let router = ClusterRouter(seeds: seeds, logger: settings.logger, noteMoved: noteMoved) { endpoint in
                var settings = settings
                settings.connectionLost = { losses.report(endpoint) }
                return RedisNode(endpoint, settings: settings)
            }
            losses.listen { [weak router] in router?.nodeUnreachable($0) }
            self = .cluster(router)
        }
    }

    /// Reads what the topology needs besides the configuration's own TLS files.
    ///
    /// - Throws: `.invalidArgument`.
    func prepare(_ configuration: RedisConfiguration) async throws(RedisError) {
        guard case .sentinel(_, _, let holder) = self, case .sentinel(let sentinels) = configuration.topology,
            let tls = sentinels.tls
        else { return }
        try await holder.load(tls)
    }

    /// Ends what `run()` would end, where it is never called: waiting calls fail.
    func close() {
        switch self {
        case .single: break
        case .sentinel(let router, let access, _):
            router.close()
            access.close()
        case .cluster(let router): router.close()
        }
    }

    /// Follows the topology until the surrounding task is cancelled.
    ///
    /// - Throws: `.alreadyRunning`.
    func run() async throws(RedisError) {
        switch self {
        case .single:
            break
        case .sentinel(let router, let access, _):
            defer { access.close() }
            try await router.run()
        case .cluster(let router):
            try await router.run()
        }
    }

    nonisolated(nonsending) func perform(
        _ command: RawCommand,
        deadline: Deadline
    ) async throws(RedisError) -> RedisValue {
        switch self {
        case .single(let node): try await node.perform(command, deadline: deadline)
        case .sentinel(let router, _, _): try await router.perform(command, deadline: deadline)
        case .cluster(let router): try await router.perform(command, deadline: deadline)
        }
    }

    nonisolated(nonsending) func perform(
        _ commands: [RawCommand],
        deadline: Deadline
    ) async throws(RedisError) -> [RedisValue] {
        switch self {
        case .single(let node): try await node.perform(commands, deadline: deadline)
        case .sentinel(let router, _, _): try await router.perform(commands, deadline: deadline)
        case .cluster(let router): try await router.perform(commands, deadline: deadline)
        }
    }

    /// The server that holds the keys of `commands`; any server that may, where they have none.
    ///
    /// - Throws: `.crossSlot` when they lie in several slots; `.deadlineExceeded`, `.cancelled`, `.closed`.
    func node(for commands: [RawCommand], deadline: Deadline) async throws(RedisError) -> RedisNode {
        switch self {
        case .single(let node):
            return node
        case .sentinel(let router, _, _):
            return try await router.node(deadline: deadline)
        case .cluster(let router):
            var first: (key: RedisArgument, slot: HashSlot)?
            for command in commands {
                for key in CommandRoute.keys(of: command) {
                    let slot = HashSlot(key: key)
                    guard let other = first?.slot else {
                        first = (key, slot)
                        continue
                    }
                    guard slot == other else { throw CommandRoute.crossSlot(command, other, slot) }
                }
            }
            guard let key = first?.key else { return try await router.anyNode(deadline: deadline) }
            return try await router.node(for: key, deadline: deadline)
        }
    }

    /// The servers that hold all keys together.
    ///
    /// - Throws: `.deadlineExceeded`, `.cancelled`, `.closed`.
    func masters(deadline: Deadline) async throws(RedisError) -> [RedisNode] {
        switch self {
        case .single(let node): [node]
        case .sentinel(let router, _, _): [try await router.node(deadline: deadline)]
        case .cluster(let router): try await router.allMasters(deadline: deadline)
        }
    }

    /// A server said, over a leased connection, that it does not carry out a command now.
    func noteRefusal(_ text: String, by endpoint: RedisEndpoint) {
        switch self {
        case .single: break
        case .sentinel(let router, _, _): router.doubtMaster(at: endpoint)
        case .cluster(let router): _ = router.noteRedirection(text, from: endpoint)
        }
    }

    /// A leased connection could not be made.
    func noteUnreachable(_ endpoint: RedisEndpoint) {
        switch self {
        case .single: break
        case .sentinel(let router, _, _): router.doubtMaster(at: endpoint)
        case .cluster(let router): router.nodeUnreachable(endpoint)
        }
    }

    /// The servers that commands went to lately.
    var knownNodes: [RedisNode] {
        switch self {
        case .single(let node): [node]
        case .sentinel(let router, _, _): router.masterNode.map { [$0] } ?? []
        case .cluster(let router): router.knownNodes
        }
    }

    /// Where a lasting connection belongs now, if that is known.
    func currentEndpoint(deadline: Deadline) async -> RedisEndpoint? {
        (try? await self.node(for: [], deadline: deadline))?.address
    }
}

/// Tells a router, which exists only after the nodes' settings, whose connections are lost.
private final class ConnectionLosses: Sendable {
    private let listener = Mutex<(@Sendable (RedisEndpoint) -> Void)?>(nil)

    func listen(_ listener: @escaping @Sendable (RedisEndpoint) -> Void) {
        self.listener.withLock { $0 = listener }
    }

    func report(_ endpoint: RedisEndpoint) {
        self.listener.withLock { $0 }?(endpoint)
    }
}

extension ConnectionSettings {
    /// The settings for connections to sentinels.
    fileprivate func forSentinels(_ sentinels: RedisSentinels, _ tls: TLSContextHolder) -> ConnectionSettings {
        var configuration = self.configuration
        configuration.username = sentinels.username
        configuration.password = sentinels.password
        configuration.tls = sentinels.tls
        configuration.database = 0
        return ConnectionSettings(
            configuration: configuration,
            loop: self.loop,
            logger: self.logger,
            metrics: self.metrics,
            generations: ConnectionGenerations(),
            tls: tls
        )
    }
}
