import IMStorage
import Postgres
import TestKit
import Testing

/// Friendships and black lists on real servers.
@Suite(
    .enabled(if: Stack.postgres.isUp && Stack.redis.isUp, "scripts/stack up postgres redis"),
    .timeLimit(.minutes(5))
)
struct FriendRepositoryTests {
    @Test(arguments: [true, false]) func `an answer follows the list that it comes from`(isLocal: Bool) async throws {
        try await StorageNode.run(isLocal: isLocal) { node in
            let (a, b) = (node.name("a"), node.name("b"))
            let friends = node.friends
            #expect(try await friends.isFriend(a, of: b) == false)
            #expect(try await friends.isBlocked(a, by: b) == false)
            try await node.change(
                "INSERT INTO friends (owner_user_id, friend_user_id, create_time) VALUES (\(b), \(a), 1)",
                invalidating: [CacheKey.friendIDs(of: b)]
            )
            try await node.change(
                "INSERT INTO blacks (owner_user_id, block_user_id, create_time) VALUES (\(b), \(a), 1)",
                invalidating: [CacheKey.blackIDs(of: b)]
            )
            #expect(try await friends.isFriend(a, of: b))
            #expect(try await friends.isBlocked(a, by: b))
            // One direction only.
            #expect(try await friends.isFriend(b, of: a) == false)
            #expect(try await friends.isBlocked(b, by: a) == false)
            try await node.change("DELETE FROM blacks", invalidating: [CacheKey.blackIDs(of: b)])
            #expect(try await friends.isBlocked(a, by: b) == false)
            #expect(try await friends.isFriend(a, of: b))
        }
    }

    @Test func `a list is read once and keeps its order`() async throws {
        try await StorageNode.run { node in
            let b = node.name("b")
            for friend in ["z", "a", "m"] {
                try await node.execute(
                    "INSERT INTO friends (owner_user_id, friend_user_id, create_time) VALUES (\(b), \(friend), 1)"
                )
                try await node.execute(
                    "INSERT INTO blacks (owner_user_id, block_user_id, create_time) VALUES (\(b), \(friend), 1)"
                )
            }
            #expect(try await node.friends.friendIDs(of: b).ids == ["z", "a", "m"])
            #expect(try await node.friends.blackIDs(of: b).ids == ["z", "a", "m"])
            try await node.execute("DELETE FROM friends")
            #expect(try await node.friends.friendIDs(of: b).ids == ["z", "a", "m"])
        }
    }
}
