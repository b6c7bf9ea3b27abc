import Logging
import ServerRuntime
import Synchronization

/// Sends commands to the nodes of a cluster that serve their keys, and follows the cluster as it changes.
///
/// - Until `run()` has found the cluster, calls wait.
/// - A call that a node certainly has not begun with (it was never sent, or the node said so) is sent again, to the
///   node that serves it now, until its deadline. One that may have been carried out is not.
/// - A command that goes to several nodes, split or as it is, is not atomic. When it fails after some of them have
///   carried out their part, the error has `mayHaveBeenApplied == true`.
/// - In a pipeline each node gets its commands in one go, and all nodes at the same time. The commands on one key take
///   effect in their order; those on keys of different nodes in any.
final class ClusterRouter<Node: NodeLink>: Sendable {
    /// What a child task brings home.
    typealias Reply = Result<[RedisValue], RedisError>

    struct State {
        var table: ClusterTable<Node>
        var generator: any RandomNumberGenerator & Sendable
        var isStarted = false
        var isClosed = false
        /// Why the topology could not be read last time.
        var lastProblem: RedisError?
    }

    let settings: ClusterSettings
    let seeds: [RedisEndpoint]
    let clock: ClusterClock
    let logger: Logger
    let makeNode: @Sendable (RedisEndpoint) -> Node
    /// Is told of each `MOVED`.
    let noteMoved: @Sendable () -> Void
    let state: Mutex<State>
    /// Grows with each topology that is applied.
    let topologies: GenerationCounter
    /// Grows with each wish for a new topology.
    let wishes = GenerationCounter(waitersMax: 1)

    /// Creates a router; nothing happens before `run()`.
    ///
    /// - Parameters:
    ///   - seeds: where some nodes of the cluster are; one that answers is enough.
    ///   - settings: intervals and limits.
    ///   - clock: the time.
    ///   - generator: where chance comes from.
    ///   - logger: for changes of the cluster, at `debug`.
    ///   - noteMoved: is told of each `MOVED`.
    ///   - makeNode: makes the node for an address; called at most once for each node in use, and never in a lock.
    init(
        seeds: [RedisEndpoint],
        settings: ClusterSettings = ClusterSettings(),
        clock: ClusterClock = .system,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger,
        noteMoved: @escaping @Sendable () -> Void = {},
        makeNode: @escaping @Sendable (RedisEndpoint) -> Node
    ) {
        self.seeds = seeds
        self.settings = settings
        self.clock = clock
        self.logger = logger
        self.noteMoved = noteMoved
        self.makeNode = makeNode
        self.state = Mutex(State(table: ClusterTable(retirement: settings.retirement), generator: generator))
        self.topologies = GenerationCounter(waitersMax: settings.waitingCallsMax)
    }

    /// The topology that is in use; `nil` before the first.
    var topology: ClusterTopology? { self.state.withLock { $0.table.topology } }

    /// The nodes that exist now.
    var knownNodes: [Node] { self.state.withLock { $0.table.nodes } }

    /// Sends a command and waits for its reply, an error reply as `.error`.
    func perform(_ command: RawCommand, deadline: Deadline) async throws(RedisError) -> RedisValue {
        guard case .slot(let slot) = try CommandRoute(command),
            let node = self.state.withLock({ $0.table.node(for: slot) })
        else {
            let replies = try await self.performPlanned([command], deadline)
            guard let reply = replies.first else {
                throw RedisError(.protocolViolation, "no reply", mayHaveBeenApplied: true)
            }
            return reply
        }
        let outcome: Reply
        do throws(RedisError) {
            let reply = try await node.perform(command, deadline: deadline)
            guard case .error(let text) = reply, Redirection(text, from: node.address) != nil else { return reply }
            outcome = .success([reply])
        } catch {
            outcome = .failure(error)
        }
        var batch = NodeBatch(node: node)
        batch.append(0, [command], isAsking: false)
        let replies = try await self.performAgain([command], [slot], [(batch, outcome)], deadline)
        return replies.first ?? .null
    }

    /// Sends commands and waits for all replies, error replies as `.error` elements.
    ///
    /// The commands from `MULTI` to `EXEC` stay together and must have one slot.
    func perform(_ commands: [RawCommand], deadline: Deadline) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        guard let slots = Self.slots(of: commands), let batches = self.batches(commands, slots) else {
            return try await self.performPlanned(commands, deadline)
        }
        let outcomes = await self.send(batches, deadline)
        guard let replies = Self.replies(commands.count, outcomes) else {
            return try await self.performAgain(commands, slots, outcomes, deadline)
        }
        return replies
    }

    /// The node that serves `key`, for a connection of one's own to it.
    ///
    /// - Throws: `.deadlineExceeded`, `.cancelled`, `.closed` while the cluster is not known.
    func node(for key: RedisArgument, deadline: Deadline) async throws(RedisError) -> Node {
        let slot = HashSlot(key: key)
        return try await self.known(deadline) { $0.table.node(for: slot) ?? $0.table.anyMaster(using: &$0.generator) }
    }

    /// Some master.
    ///
    /// - Throws: as `node(for:deadline:)`.
    func anyNode(deadline: Deadline) async throws(RedisError) -> Node {
        try await self.known(deadline) { $0.table.anyMaster(using: &$0.generator) }
    }

    /// All masters, for what must be done on each, as `SCAN`.
    ///
    /// - Throws: as `node(for:deadline:)`.
    func allMasters(deadline: Deadline) async throws(RedisError) -> [Node] {
        try await self.known(deadline) { state in
            let nodes = state.table.masters.map(\.node)
            return nodes.isEmpty ? nil : nodes
        }
    }

    /// Takes note of an error reply that came over a connection outside of the router, to `node`.
    ///
    /// - Returns: whether it was `MOVED` or the like, so that asking for `node(for:deadline:)` again may help.
    func noteRedirection(_ text: String, from node: RedisEndpoint) -> Bool {
        guard let redirection = Redirection(text, from: node) else { return false }
        if case .moved(let slot, let endpoint?) = redirection { self.take([.moved(slot, endpoint)]) }
        self.take([.topologyDoubtful])
        return true
    }

    /// Takes note that a connection to `endpoint` broke or could not be made; the topology is read again soon.
    func nodeUnreachable(_ endpoint: RedisEndpoint) {
        self.take([.unreachable(endpoint)])
    }
}
