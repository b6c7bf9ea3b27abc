import Logging
import ServerRuntime
import Synchronization
import TestKit
import Testing

@testable import Redis

@Suite struct ClusterRouterTests {
    private typealias Router = ClusterRouter<FakeClusterNode>
    private typealias Answer = @Sendable (RedisEndpoint, RawCommand) async throws(RedisError) -> RedisValue

    private static let a = RedisEndpoint(host: "a", port: 1)
    private static let b = RedisEndpoint(host: "b", port: 1)

    /// The nodes that a router made.
    private final class Nodes: Sendable {
        private let all = Mutex<[FakeClusterNode]>([])

        func add(_ node: FakeClusterNode) -> FakeClusterNode {
            self.all.withLock { $0.append(node) }
            return node
        }

        func at(_ endpoint: RedisEndpoint) -> [FakeClusterNode] {
            self.all.withLock { $0.filter { $0.address == endpoint } }
        }

        var open: [FakeClusterNode] { self.all.withLock { $0.filter { !$0.isClosed } } }
    }

    private static let settings = ClusterSettings(
        refreshInterval: .seconds(3600),
        refreshPause: .milliseconds(1),
        retry: Backoff(initial: .milliseconds(1), maximum: .milliseconds(5)),
        rediscovery: Backoff(initial: .milliseconds(1), maximum: .milliseconds(5)),
        retirement: .milliseconds(5)
    )

    /// The reply to `CLUSTER SLOTS` when `a` has the lower half of the slots and `b` the upper.
    private static let halves = slots([(0, 8191, a), (8192, 16_383, b)])

    private static func slots(_ ranges: [(Int64, Int64, RedisEndpoint)]) -> RedisValue {
        .array(
            ranges.map { first, last, endpoint in
                let node = RedisValue.array([.string(Array(endpoint.host.utf8)), .integer(Int64(endpoint.port))])
                return .array([.integer(first), .integer(last), node])
            }
        )
    }

    /// Runs `body` with a running router whose nodes answer as `answer` says.
    private func withRouter(
        settings: ClusterSettings = settings,
        seeds: [RedisEndpoint] = [a],
        topology: @escaping @Sendable () -> RedisValue = { halves },
        answering answer: @escaping Answer,
        _ body: (Router, Nodes) async throws -> Void
    ) async throws {
        let nodes = Nodes()
        let router = Router(seeds: seeds, settings: settings, logger: Logger(label: "cluster-test")) { endpoint in
            let node = FakeClusterNode(endpoint) { commands async throws(RedisError) -> [RedisValue] in
                var replies: [RedisValue] = []
                for command in commands {
                    let isQuestion = command.name == "CLUSTER"
                    replies.append(isQuestion ? topology() : try await answer(endpoint, command))
                }
                return replies
            }
            return nodes.add(node)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await router.run() }
            defer { group.cancelAll() }
            try await body(router, nodes)
        }
        #expect(nodes.open.isEmpty, "all nodes are closed when run() has ended")
    }

    private static let soon = Duration.seconds(60)

    @Test func `a command goes to the node of its key`() async throws {
        let answer: Answer = { endpoint, _ in .status(endpoint.host) }
        try await self.withRouter(answering: answer) { router, nodes in
            // bar has the slot 5061, foo 12182.
            let first = try await router.perform(RawCommand("GET", ["bar"]), deadline: .after(Self.soon))
            let second = try await router.perform(RawCommand("GET", ["foo"]), deadline: .after(Self.soon))
            #expect(first == .status("a") && second == .status("b"))
            #expect(nodes.at(Self.a).filter { !$0.isClosed }.count == 1)
            let node = try await router.node(for: "foo", deadline: .after(Self.soon))
            #expect(node.address == Self.b)
            let masters = try await router.allMasters(deadline: .after(Self.soon))
            #expect(masters.map(\.address) == [Self.a, Self.b])
        }
    }

    @Test func `a pipeline is one call to each node`() async throws {
        let answer: Answer = { endpoint, _ in .status(endpoint.host) }
        try await self.withRouter(answering: answer) { router, nodes in
            let commands = ["foo", "bar", "foo"].map { RawCommand("GET", [.string($0)]) }
            let replies = try await router.perform(commands, deadline: .after(Self.soon))
            #expect(replies == [.status("b"), .status("a"), .status("b")])
            #expect(nodes.at(Self.b).flatMap(\.calls) == [["GET", "GET"]])
            let none = try await router.perform([], deadline: .after(Self.soon))
            #expect(none.isEmpty)
        }
    }

    @Test func `MOVED changes the table at once and the topology is read again`() async throws {
        let answer: Answer = { endpoint, command in
            endpoint == Self.a ? .error("MOVED 5061 b:1") : .status("b")
        }
        try await self.withRouter(answering: answer) { router, nodes in
            let get = RawCommand("GET", ["bar"])
            let before = nodes.open.reduce(0) { $0 + $1.topologyQuestions }
            let replies = [
                try await router.perform(get, deadline: .after(Self.soon)),
                try await router.perform(get, deadline: .after(Self.soon)),
            ]
            #expect(replies == [.status("b"), .status("b")])
            #expect(try await eventually { nodes.open.reduce(0) { $0 + $1.topologyQuestions } > before })
        }
    }

    @Test func `ASK is followed to a node that the topology does not name`() async throws {
        let target = RedisEndpoint(host: "c", port: 1)
        let answer: Answer = { endpoint, _ in
            endpoint == target ? .status("c") : .error("ASK 5061 c:1")
        }
        try await self.withRouter(answering: answer) { router, nodes in
            let reply = try await router.perform(RawCommand("GET", ["bar"]), deadline: .after(Self.soon))
            #expect(reply == .status("c"))
            #expect(nodes.at(target).flatMap(\.calls) == [["ASKING", "GET"]])
        }
    }

    @Test func `a node that was lost before the command was sent is passed over after a new topology`() async throws {
        let isDead = Atomic<Bool>(false)
        let seen: @Sendable () -> RedisValue = {
            isDead.load(ordering: .relaxed) ? Self.slots([(0, 16_383, Self.b)]) : Self.halves
        }
        let answer: Answer = { endpoint, _ throws(RedisError) in
            guard endpoint == Self.a else { return .status("b") }
            isDead.store(true, ordering: .relaxed)
            throw RedisError(.connectionLost, "refused")
        }
        try await self.withRouter(topology: seen, answering: answer) { router, nodes in
            let reply = try await router.perform(RawCommand("GET", ["bar"]), deadline: .after(Self.soon))
            #expect(reply == .status("b"))
            #expect(try await eventually { nodes.at(Self.a).allSatisfy(\.isClosed) })
        }
    }

    @Test func `a command that may have been applied is not sent again`() async throws {
        let answer: Answer = { _, _ throws(RedisError) in
            throw RedisError(.connectionLost, "cut", mayHaveBeenApplied: true)
        }
        try await self.withRouter(answering: answer) { router, nodes in
            for commands in [[RawCommand("INCR", ["bar"])], [RawCommand("INCR", ["bar"]), RawCommand("GET", ["bar"])]] {
                let error = await Self.error { () async throws(RedisError) in
                    try await router.perform(commands, deadline: .after(Self.soon))
                }
                #expect(error?.code == .connectionLost && error?.mayHaveBeenApplied == true)
            }
            #expect(nodes.at(Self.a).flatMap(\.calls).count == 2)
        }
    }

    @Test func `a refusal that lasts is the answer when the deadline comes`() async throws {
        let answer: Answer = { _, _ in .error("CLUSTERDOWN The cluster is down") }
        try await self.withRouter(answering: answer) { router, _ in
            _ = try await router.anyNode(deadline: .after(Self.soon))
            let command = RawCommand("GET", ["bar"])
            let reply = try await router.perform(command, deadline: .after(.milliseconds(50)))
            #expect(reply == .error("CLUSTERDOWN The cluster is down"))
        }
    }

    @Test func `without a cluster a call ends by its deadline and tells why`() async throws {
        let noCluster: @Sendable () -> RedisValue = { .error("ERR This instance has cluster support disabled") }
        let answer: Answer = { _, _ in .null }
        try await self.withRouter(seeds: [Self.a, Self.b], topology: noCluster, answering: answer) { router, _ in
            let error = await Self.error { () async throws(RedisError) in
                try await router.perform(RawCommand("GET", ["bar"]), deadline: .after(.milliseconds(100)))
            }
            #expect(error?.code == .deadlineExceeded && error?.mayHaveBeenApplied == false)
            #expect((error?.cause as? RedisError)?.message.contains("cluster support disabled") == true)
        }
    }

    @Test func `one seed that answers is enough`() async throws {
        let seeds = (0..<7).map { RedisEndpoint(host: "dead\($0)", port: 1) } + [Self.a]
        let nodes = Nodes()
        let router = Router(seeds: seeds, settings: Self.settings, logger: Logger(label: "cluster-test")) { endpoint in
            nodes.add(
                FakeClusterNode(endpoint) { commands async throws(RedisError) -> [RedisValue] in
                    guard endpoint == Self.a || endpoint == Self.b else { throw RedisError(.connectionLost, "dead") }
                    return commands.map { $0.name == "CLUSTER" ? Self.halves : .status("fine") }
                }
            )
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await router.run() }
            defer { group.cancelAll() }
            let reply = try await router.perform(RawCommand("PING"), deadline: .after(Self.soon))
            #expect(reply == .status("fine"))
            #expect(try await eventually { nodes.open.count == 2 })
        }
    }

    @Test func `calls wait for run() and end when it has ended`() async throws {
        let router = Router(seeds: [Self.a], logger: Logger(label: "cluster-test")) { endpoint in
            FakeClusterNode(endpoint) { commands async throws(RedisError) -> [RedisValue] in commands.map { _ in .null }
            }
        }
        let command = RawCommand("GET", ["foo"])
        let early = await Self.error { () async throws(RedisError) in
            try await router.perform(command, deadline: .after(.milliseconds(10)))
        }
        #expect(early?.code == .deadlineExceeded)
        let waiting = Task {
            await Self.error { () async throws(RedisError) in
                try await router.perform(command, deadline: .after(.seconds(60)))
            }
        }
        let cancelled = Task {
            await Self.error { () async throws(RedisError) in
                try await router.perform(command, deadline: .after(.seconds(60)))
            }
        }
        cancelled.cancel()
        #expect(await cancelled.value?.code == .cancelled)
        let running = Task { try await router.run() }
        running.cancel()
        try await running.value
        #expect(await waiting.value?.code == .closed)
        let late = await Self.error { () async throws(RedisError) in
            try await router.perform(command, deadline: .after(.seconds(60)))
        }
        #expect(late?.code == .closed)
        let again = await Self.error { () async throws(RedisError) in try await router.run() }
        #expect(again?.code == .alreadyRunning)
    }

    @Test func `wishes of many calls make few questions`() async throws {
        var settings = Self.settings
        settings.refreshPause = .milliseconds(100)
        let answer: Answer = { endpoint, _ in .status(endpoint.host) }
        try await self.withRouter(settings: settings, answering: answer) { router, nodes in
            _ = try await router.anyNode(deadline: .after(Self.soon))
            let start = ContinuousClock.now
            while start.duration(to: .now) < .milliseconds(250) {
                router.nodeUnreachable(Self.b)
                await Task.yield()
            }
            // Each refresh asks up to three nodes, of which there are two here, and happens once in 100 ms.
            let elapsed = start.duration(to: .now)
            let questions = nodes.open.reduce(0) { $0 + $1.topologyQuestions }
            #expect(questions <= 2 * (2 + Int(elapsed / .milliseconds(100))))
        }
    }

    @Test func `a redirection seen elsewhere is taken note of`() async throws {
        let answer: Answer = { endpoint, _ in .status(endpoint.host) }
        try await self.withRouter(answering: answer) { router, _ in
            _ = try await router.anyNode(deadline: .after(Self.soon))
            #expect(router.noteRedirection("MOVED 5061 b:1", from: Self.a))
            #expect(!router.noteRedirection("WRONGTYPE x", from: Self.a))
        }
    }

    private static func error<Value>(_ body: () async throws(RedisError) -> Value) async -> RedisError? {
        do throws(RedisError) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }
}
