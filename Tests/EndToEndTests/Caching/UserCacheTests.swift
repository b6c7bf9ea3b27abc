import Caching
import IMStorage
import ServerRuntime
import TestKit
import Testing

/// Users through the caches, on a real Postgres and Redis.
@Suite(.serialized, .enabled(if: Stack.redis.isUp && Stack.postgres.isUp, "scripts/stack up"), .timeLimit(.minutes(2)))
struct UserCacheTests {
    @Test func `a user is read from Postgres once, then from Redis, then from memory`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNodes(2) { nodes in
                let userID = stack.user()
                try await nodes[0].insert(userID)
                try #require(try await eventually { nodes.allSatisfy { $0.hasHeard(nodes[0]) } })
                for node in nodes {
                    for _ in 1...3 { #expect(try await node.users.find(userID)?.nickname == "new") }
                }
                #expect(nodes.map { $0.loads } == [1, 0])
                #expect(nodes.map { $0.count("im_rocks_cache_reads_total", [("result", "hit")]) } == [0, 1])
            }
        }
    }

    @Test func `a slow reader that has read the old row does not put it back`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNodes(2) { nodes in
                let (slow, writer) = (nodes[0], nodes[1])
                let userID = stack.user()
                try await writer.insert(userID, "old")
                let gate = HeldLoad()
                async let slowRead = slow.caches.shared.fetchBatch(
                    [userID],
                    key: CacheKey.userInfo,
                    expire: .seconds(3600)
                ) { userIDs in
                    let old = try await slow.users.load(userIDs)
                    await gate.hold()
                    return old
                }
                await gate.held()
                try await writer.rename(userID, "new")
                #expect(try await writer.users.findShared([userID])[userID]?.nickname == "new")
                gate.release()
                // It began before the change, so both values would have been right for it.
                #expect(try await slowRead[userID]?.nickname == "old")
                #expect(try await slow.cachedNickname(userID) == "new")
                for node in nodes {
                    #expect(try await node.users.findShared([userID])[userID]?.nickname == "new")
                    #expect(try await node.users.find(userID)?.nickname == "new")
                }
            }
        }
    }

    @Test func `a load into memory that a change overtakes is not kept`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode { node in
                let userID = stack.user()
                try await node.insert(userID, "0")
                for round in 1...50 {
                    async let reading = node.users.find(userID)
                    try await node.rename(userID, "\(round)")
                    let seen = try #require(try await reading).nickname
                    #expect(seen == "\(round - 1)" || seen == "\(round)")
                    #expect(try await node.users.find(userID)?.nickname == "\(round)", "round \(round)")
                }
            }
        }
    }

    @Test func `a change elsewhere arrives within a second`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNodes(2) { nodes in
                let userID = stack.user()
                try await nodes[0].insert(userID, "old")
                #expect(try await nodes[1].users.find(userID)?.nickname == "old")
                try await nodes[0].rename(userID, "new")
                #expect(
                    try await eventually(within: .seconds(1)) {
                        try await nodes[1].users.find(userID)?.nickname == "new"
                    }
                )
            }
        }
    }

    @Test func `a user who was looked up in vain is there once registered`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNodes(2) { nodes in
                let userID = stack.user()
                for node in nodes { #expect(try await node.users.find(userID) == nil) }
                #expect(nodes.map { $0.loads } == [1, 0], "absence is known to Redis")
                try await nodes[0].insert(userID)
                for node in nodes { #expect(try await node.users.find(userID) != nil) }
            }
        }
    }

    @Test func `users who exist already are not created, and no one of the request is`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode { node in
                let (known, other) = (stack.user("a"), stack.user("b"))
                try await node.insert(known)
                let request = [known, other].map { UserRecord(userID: $0, nickname: "x", createTime: 2) }
                await #expect(throws: StorageError.duplicate) { try await node.users.insert(request) }
                #expect(try await node.users.find([known, other]).mapValues(\.nickname) == [known: "new"])
                #expect(try await stack.owed() == 1, "that of the first insertion")
            }
        }
    }

    @Test func `many users are created and found at once`() async throws {
        try await CacheStack.run { stack in
            try await stack.withNode(isRelaying: true) { node in
                let records = (0..<1300).map {
                    UserRecord(userID: stack.user("m\($0)"), nickname: "\($0)", createTime: Int64($0))
                }
                #expect(try await node.users.find(records.map(\.userID)).isEmpty)
                try await node.users.insert(records)
                #expect(try await stack.owed() == 6, "2,600 keys, 500 a row")
                let found = try await node.users.find(records.map(\.userID))
                #expect(Set(found.values) == Set(records))
                #expect(try await eventually(within: .seconds(5)) { try await stack.owed() == 0 })
            }
        }
    }
}

extension CacheNode {
    /// How often Postgres was asked for users.
    var loads: Int {
        ["stored", "lock_lost", "failed"].reduce(0) { $0 + self.count("im_rocks_cache_loads_total", [("result", $1)]) }
    }
}
