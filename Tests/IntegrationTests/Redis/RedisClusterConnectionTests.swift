import Redis
import ServerRuntime
import TestKit
import Testing

extension RedisServerSuites {
    /// Blocking commands, leases and subscriptions of a cluster that changes.
    @Suite(.serialized) struct RedisClusterConnectionTests {
        private static var patience: Deadline { .after(.seconds(20)) }

        private func withCluster(
            replicasOfEach: Int = 0,
            _ body: (RedisClusterFixture, RedisClient) async throws -> Void
        ) async throws {
            var options = RedisClusterFixture.Options()
            options.replicasOfEach = replicasOfEach
            options.settings = ["cluster-require-full-coverage no"]
            try await RedisClusterFixture.with(options) { cluster in
                try await withRedisClient(cluster.configuration) { client in
                    try await client.ping(deadline: Self.patience)
                    try await body(cluster, client)
                }
            }
        }

        /// Moves the slot of `key` somewhere else, of which the client learns by its next call only.
        private func move(_ key: String, _ cluster: RedisClusterFixture) async throws {
            let slot = try await cluster.slot(of: key)
            let owner = try await cluster.owner(of: slot)
            let target = try #require(cluster.masters.first { $0.id != owner.id })
            try await cluster.migrate(slot: slot, to: target)
        }

        @Test func `a blocking command finds a slot that has moved`() async throws {
            try await self.withCluster { cluster, client in
                try await client.rpush("list", "x", deadline: Self.patience)
                try await self.move("list", cluster)
                let popped = try await client.send(.blpop(["list"], timeout: .seconds(1)), deadline: Self.patience)
                #expect(popped == .init(key: "list", element: "x"))
            }
        }

        @Test func `a command that blocks while its slot moves goes on waiting at the new owner`() async throws {
            try await self.withCluster { cluster, client in
                // The key must not exist, or it would not block.
                let blocked = Task {
                    try await client.send(.blpop(["list"], timeout: .seconds(15)), deadline: Self.patience)
                }
                let owner = try await cluster.owner(of: cluster.slot(of: "list"))
                let isBlocked = try await eventually { try await owner.server.info("blocked_clients") == "1" }
                #expect(isBlocked)
                try await self.move("list", cluster)
                try await client.rpush("list", "x", deadline: Self.patience)
                #expect(try await blocked.value == .init(key: "list", element: "x"))
            }
        }

        @Test func `a lease for a key that has moved is to its new owner or says where that is`() async throws {
            try await self.withCluster { cluster, client in
                try await client.set("key", "1", deadline: Self.patience)
                try await self.move("key", cluster)
                var outcomes: [String] = []
                // The first may learn of the move; then the client must have learnt it too.
                for _ in 0..<2 {
                    let error = await redisError { () throws(RedisError) in
                        try await Self.addOne(client)
                    }
                    outcomes.append(error?.serverErrorName ?? error?.code.description ?? "done")
                    let isKnown = try await eventually { try await client.get("key") != nil }
                    #expect(isKnown)
                }
                #expect(outcomes.last == "done" && ["done", "MOVED"].contains(outcomes.first ?? ""), "\(outcomes)")
            }
        }

        private static func addOne(_ client: RedisClient) async throws(RedisError) {
            do {
                try await client.withConnection(for: "key", deadline: self.patience) { connection in
                    try await connection.watch(["key"])
                    let value = try await connection.get("key", as: Int.self) ?? 0
                    _ = try await connection.transaction(.set("key", .init(value + 1)), .get("key"))
                }
            } catch {
                throw error as? RedisError ?? RedisError(.system, "another error", cause: error)
            }
        }

        @Test func `subscriptions move to another node when theirs dies`() async throws {
            try await self.withCluster(replicasOfEach: 1) { cluster, client in
                let subscription = try await client.subscribe(to: ["news"], deadline: Self.patience)
                var subscribed: RedisClusterNode?
                for node in cluster.nodes {
                    let count = try await node.server.expect("PUBSUB", "NUMSUB", "news").elements.last
                    if count == .integer(1) { subscribed = node }
                }
                try #require(subscribed).server.kill()
                #expect(try await subscription.next() == .gap(.reconnected))
                let other = try #require(cluster.masters.first { $0.id != subscribed?.id })
                try await other.server.expect("PUBLISH", "news", "after")
                var event = try await subscription.next()
                while event == .gap(.reconnected) { event = try await subscription.next() }
                #expect(event == .message(channel: "news", pattern: nil, payload: Array("after".utf8)))
            }
        }

        @Test func `blocking commands recover from a failover`() async throws {
            try await self.withCluster(replicasOfEach: 1) { cluster, client in
                try await client.ping(deadline: Self.patience)
                let old = try await cluster.owner(of: cluster.slot(of: "list"))
                let replica = cluster.replicas[cluster.masters.firstIndex { $0.id == old.id } ?? 0]
                let blocked = Task {
                    try await client.send(.blpop(["list"], timeout: .seconds(15)), deadline: Self.patience)
                }
                let isBlocked = try await eventually { try await old.server.info("blocked_clients") == "1" }
                #expect(isBlocked)
                try await cluster.failover(to: replica)
                try await client.rpush("list", "x", deadline: Self.patience)
                #expect(try await blocked.value == .init(key: "list", element: "x"))
            }
        }
    }
}
