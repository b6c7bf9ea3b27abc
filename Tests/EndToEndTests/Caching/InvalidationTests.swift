import IMStorage
import MetricsTestKit
import Postgres
import Redis
import ServerRuntime
import TestKit
import Testing

/// What happens to cached values around a change, whatever fails.
@Suite(.serialized, .enabled(if: Stack.redis.isUp && Stack.postgres.isUp, "scripts/stack up"), .timeLimit(.minutes(2)))
struct InvalidationTests {
    /// What `DataChanges` promises when nothing is away any more, and half a second for a busy machine.
    private static let bound = DataChanges.settleTime + InvalidationRelay.pollInterval + .milliseconds(500)

    private struct Refusal: Error {}

    @Test func `a change that is undone invalidates nothing and leaves no row`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode { node in
                let userID = stack.user()
                try await node.insert(userID, "old")
                #expect(try await node.users.find(userID)?.nickname == "old")
                let (before, owed) = (try await Self.entry(userID, node), try await stack.owed())
                await #expect(throws: Refusal.self) {
                    try await node.changes.transaction { change in
                        let rows = try await change.execute(
                            "UPDATE users SET nickname = 'new' WHERE user_id = \(userID)",
                            invalidating: CacheKey.account(userID)
                        )
                        #expect(rows == 1)
                        throw Refusal()
                    }
                }
                await #expect(throws: PostgresError.self) {
                    try await node.changes.transaction { change in
                        try await change.execute(
                            "UPDATE users SET nickname = 'new' WHERE user_id = \(userID)",
                            invalidating: CacheKey.account(userID)
                        )
                        _ = try await change.query("SELECT 1 / 0")
                    }
                }
                #expect(try await Self.entry(userID, node) == before)
                #expect(try await stack.owed() == owed)
                #expect(try await node.users.find(userID)?.nickname == "old")
            }
        }
    }

    @Test func `a statement that touches no row invalidates nothing`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode { node in
                let userID = stack.user()
                try await node.insert(userID, "same")
                #expect(try await node.users.find(userID)?.nickname == "same")
                let (before, owed) = (try await Self.entry(userID, node), try await stack.owed())
                try await node.rename(userID, "same")
                #expect(try await Self.entry(userID, node) == before)
                #expect(try await stack.owed() == owed)
            }
        }
    }

    @Test func `a change succeeds while Redis is away, and its entries are repaired afterwards`() async throws {
        try await CacheStack.run { stack in
            try await FaultProxy.with(to: Stack.redis.port) { proxy in
                try await stack.withNode(redisPort: proxy.port, isRelaying: true) { cut in
                    try await stack.withNode(isLocal: false) { other in
                        let userID = stack.user()
                        try await cut.insert(userID, "old")
                        #expect(try await eventually { try await stack.owed() == 0 })
                        #expect(try await other.users.find(userID)?.nickname == "old")
                        proxy.apply(.refuse)
                        proxy.apply(.reset)
                        let begin = ContinuousClock.now
                        try await cut.rename(userID, "new")
                        #expect(ContinuousClock.now - begin < .seconds(3))
                        #expect(try await cut.users.find(userID)?.nickname == "new", "read from Postgres")
                        #expect(try await other.users.find(userID)?.nickname == "old", "nobody could tell it yet")
                        #expect(try await stack.owed() == 1)
                        #expect(cut.count("im_data_changes_total", [("invalidation", "left_to_relay")]) == 1)
                        // Longer than the relay waits: it must not give up.
                        try await Task.sleep(for: DataChanges.settleTime + .seconds(1))
                        #expect(try await stack.owed() == 1)
                        #expect(cut.count("im_invalidation_relay_failures_total") > 0)
                        proxy.heal()
                        #expect(
                            try await eventually(within: Self.bound + .seconds(1)) {
                                try await other.users.find(userID)?.nickname == "new"
                            }
                        )
                        #expect(try await eventually { try await stack.owed() == 0 })
                    }
                }
            }
        }
    }

    @Test func `an invalidation that never reached Redis is carried out by another process in time`() async throws {
        try await CacheStack.run { stack in
            try await FaultProxy.with(to: Stack.redis.port) { proxy in
                try await stack.withNode(isRelaying: true) { other in
                    let userID = stack.user()
                    try await other.insert(userID, "old")
                    #expect(try await other.users.find(userID)?.nickname == "old")
                    try await stack.withNode(redisPort: proxy.port) { dying in
                        proxy.apply(.stall())
                        try await dying.rename(userID, "new")
                        proxy.close()
                    }
                    let begin = ContinuousClock.now
                    #expect(try await other.users.find(userID)?.nickname == "old")
                    let isRepaired = try await eventually { try await other.users.find(userID)?.nickname == "new" }
                    #expect(isRepaired)
                    #expect(ContinuousClock.now - begin < Self.bound)
                    #expect(try await eventually { try await stack.owed() == 0 })
                }
            }
        }
    }

    @Test func `a tag-delete that Redis lost is made again`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode(isRelaying: true) { node in
                let userID = stack.user()
                try await node.insert(userID, "old")
                #expect(try await node.users.find(userID)?.nickname == "old")
                let old = try await Self.entry(userID, node)
                try await node.rename(userID, "new")
                // What a master that was replaced looks like: the entry as it was before the tag-delete.
                let key = CacheKey.userInfo(userID)
                _ = try await node.redis.send(.del([key]))
                for (field, value) in old { _ = try await node.redis.send(.hset(key, field, .bytes(value))) }
                #expect(try await node.users.findShared([userID])[userID]?.nickname == "old")
                #expect(
                    try await eventually(within: Self.bound) {
                        try await node.users.findShared([userID])[userID]?.nickname == "new"
                    }
                )
            }
        }
    }

    @Test func `relays share the rows and pass by those that another has taken`() async throws {
        try await CacheStack.run { stack in
            let count = 600
            _ = try await stack.postgres.execute(
                """
                INSERT INTO cache_invalidations (keys, due_at)
                SELECT ARRAY['USER_INFO:' || \(stack.id) || n], clock_timestamp() FROM generate_series(1, \(count)) AS n
                """
            )
            try await stack.withNodes(2, isLocal: false) { nodes in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    try await stack.postgres.transaction { transaction in
                        let taken = try await transaction.query(
                            "SELECT id FROM cache_invalidations ORDER BY id LIMIT 7 FOR UPDATE"
                        )
                        #expect(taken.count == 7)
                        for node in nodes { group.addTask { try await node.relay.run() } }
                        #expect(try await eventually { try await stack.owed() == 7 })
                    }
                    #expect(try await eventually { try await stack.owed() == 0 })
                    group.cancelAll()
                }
                let relayed = nodes.map { $0.count("im_invalidation_relay_rows_total") }
                #expect(relayed.reduce(0, +) == count, "\(relayed)")
                let lag = try nodes[0].metrics.expectGauge("im_invalidation_relay_lag_seconds")
                #expect(lag.lastValue != nil)
            }
        }
    }

    @Test func `a key that Redis refuses holds up no other`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode(isLocal: false, isRelaying: true) { node in
                let (bad, good) = (stack.user("bad"), stack.user("good"))
                _ = try await node.redis.send(.set(CacheKey.userInfo(bad), "not a hash", expiry: .after(.seconds(60))))
                try await node.insert(bad)
                try await node.insert(good)
                #expect(node.count("im_data_changes_total", [("invalidation", "left_to_relay")]) == 1)
                #expect(try await eventually(within: .seconds(6)) { try await stack.owed() == 1 })
                #expect(try await node.users.find([bad, good]).count == 2)
                _ = try await node.redis.send(.del([CacheKey.userInfo(bad)]))
                #expect(try await eventually(within: .seconds(6)) { try await stack.owed() == 0 })
            }
        }
    }

    @Test func `a caller who is cancelled right after the commit leaves nothing stale`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode { node in
                let userID = stack.user()
                try await node.insert(userID, "0")
                for round in 1...30 {
                    #expect(try await node.users.find(userID) != nil)
                    let change = Task { try await node.rename(userID, "\(round)") }
                    try await Task.sleep(for: .microseconds(Int.random(in: 0...6000)))
                    change.cancel()
                    // Cancelled before its commit it throws and has changed nothing.
                    let isDone = (try? await change.value) != nil
                    let stored = try await node.users.load([userID])[userID]?.nickname
                    if isDone { #expect(stored == "\(round)") }
                    #expect(try await node.users.find(userID)?.nickname == stored, "round \(round)")
                }
            }
        }
    }

    /// The raw entry of a user.
    private static func entry(_ userID: String, _ node: CacheNode) async throws -> [String: [UInt8]] {
        try await node.redis.send(.hgetall(CacheKey.userInfo(userID), as: [UInt8].self))
    }
}
