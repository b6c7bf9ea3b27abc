import IMStorage
import Redis
import TestKit
import Testing

/// Read positions in Redis.
@Suite(
    .enabled(if: Stack.postgres.isUp && Stack.redis.isUp, "scripts/stack up postgres redis"),
    .timeLimit(.minutes(5))
)
struct ReadSeqCacheTests {
    @Test func `a position only rises, whoever writes when`() async throws {
        try await StorageNode.run(isLocal: false) { node in
            let cache = ReadSeqCache(redis: node.redis)
            let user = node.name("u")
            await withTaskGroup(of: Void.self) { group in
                for seq in (1...100).shuffled() {
                    group.addTask {
                        // A failure shows in what is read below.
                        try? await cache.raise([ReadMark(conversationID: "c", userID: user, seq: Int64(seq))])
                    }
                }
            }
            #expect(try await cache.readSeqs(of: user, in: ["c", "d"]) == ["c": 100])
            try await cache.raise([ReadMark(conversationID: "c", userID: user, seq: 7)])
            #expect(try await cache.readSeqs(of: user, in: ["c"]) == ["c": 100])
        }
    }

    @Test func `an entry that is none of ours is replaced, and every entry ends`() async throws {
        try await StorageNode.run(isLocal: false) { node in
            let cache = ReadSeqCache(redis: node.redis)
            let user = node.name("u")
            let keys = ["c", "d"].map { "SEQ_USER_READ:\($0):\(user)" }
            _ = try await node.redis.send(.set(keys[0], "text"))
            _ = try await node.redis.send(.hset(keys[1], "value", "many"))
            _ = try await node.redis.send(.hset(keys[1], "lockOwner", "somebody"))
            #expect(try await cache.readSeqs(of: user, in: ["c", "d"]) == [:])
            try await cache.raise(["c", "d"].map { ReadMark(conversationID: $0, userID: user, seq: 3) })
            #expect(try await cache.readSeqs(of: user, in: ["c", "d"]) == ["c": 3, "d": 3])
            #expect(try await node.redis.send(.hgetall(keys[1])) == ["value": "3"])
            for key in keys {
                let left = try await node.redis.send(RedisCommand("TTL", [RedisArgument(key)], as: Int64.self))
                #expect(left > 0 && left <= ReadSeqCache.lifetime.components.seconds)
            }
        }
    }
}
