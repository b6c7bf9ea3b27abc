import IMStorage
import Postgres
import TestKit
import Testing

/// Groups and members on real servers.
@Suite(
    .enabled(if: Stack.postgres.isUp && Stack.redis.isUp, "scripts/stack up postgres redis"),
    .timeLimit(.minutes(5))
)
struct GroupRepositoryTests {
    @Test(arguments: [true, false]) func `a group that was known to be absent, and its changes, show at once`(
        isLocal: Bool
    ) async throws {
        try await StorageNode.run(isLocal: isLocal) { node in
            let groupID = node.name("g")
            #expect(try await node.groups.group(groupID) == nil)
            try await node.change(
                """
                INSERT INTO groups VALUES
                    (\(groupID), 'name', 'notification', 'introduction', 'face', 5, 'ex', 3, 'creator', 2, 1, 1, 1, 6, 'by')
                """,
                invalidating: [CacheKey.groupInfo(groupID)]
            )
            var expected = GroupRecord(groupID: groupID, name: "name", status: .muted)
            expected.notification = "notification"
            expected.introduction = "introduction"
            expected.faceURL = "face"
            expected.createTime = 5
            expected.ex = "ex"
            expected.creatorUserID = "creator"
            expected.needVerification = 1
            expected.lookMemberInfo = 1
            expected.applyMemberFriend = 1
            expected.notificationUpdateTime = 6
            expected.notificationUserID = "by"
            #expect(try await node.groups.group(groupID) == expected)
            try await node.change("UPDATE groups SET status = 2", invalidating: [CacheKey.groupInfo(groupID)])
            #expect(try await node.groups.group(groupID)?.status == GroupStatus.dismissed.rawValue)
        }
    }

    @Test(arguments: [true, false]) func `membership and mutes show at once`(isLocal: Bool) async throws {
        try await StorageNode.run(isLocal: isLocal) { node in
            let (groupID, user) = (node.name("g"), node.name("u"))
            #expect(try await node.groups.member(user, of: groupID) == nil)
            #expect(try await node.groups.memberIDs(of: groupID) == [])
            let keys = CacheKey.membership(of: user, in: groupID)
            try await node.change(
                """
                INSERT INTO group_members VALUES
                    (\(groupID), \(user), 'nick', 'face', 60, 5, 2, 'inviter', 'operator', 7, 'ex')
                """,
                invalidating: keys
            )
            var expected = GroupMemberRecord(groupID: groupID, userID: user, role: .administrator)
            expected.nickname = "nick"
            expected.faceURL = "face"
            expected.joinTime = 5
            expected.joinSource = 2
            expected.inviterUserID = "inviter"
            expected.operatorUserID = "operator"
            expected.muteEndTime = 7
            expected.ex = "ex"
            #expect(try await node.groups.member(user, of: groupID) == expected)
            #expect(try await node.groups.memberIDs(of: groupID) == [user])
            try await node.change("UPDATE group_members SET mute_end_time = 9", invalidating: keys)
            #expect(try await node.groups.member(user, of: groupID)?.muteEndTime == 9)
            try await node.change("DELETE FROM group_members", invalidating: keys)
            #expect(try await node.groups.member(user, of: groupID) == nil)
            #expect(try await node.groups.memberIDs(of: groupID) == [])
        }
    }

    @Test func `members are listed by role, then in the order of joining`() async throws {
        try await StorageNode.run { node in
            let groupID = node.name("g")
            for (user, role) in [("c", 20), ("b", 100), ("a", 20), ("d", 60)] {
                try await node.execute(
                    """
                    INSERT INTO group_members (group_id, user_id, role_level, join_time)
                    VALUES (\(groupID), \(user), \(role), 1)
                    """
                )
            }
            #expect(try await node.groups.memberIDs(of: groupID) == ["b", "d", "c", "a"])
        }
    }

    @Test func `group and member are not mixed up where their keys are the same`() async throws {
        try await StorageNode.run { node in
            let group = node.name("g")
            try await node.execute(
                "INSERT INTO group_members (group_id, user_id, join_time) VALUES (\(group), 'a-b', 1)"
            )
            #expect(try await node.groups.member("a-b", of: group) != nil)
            #expect(try await node.groups.member("b", of: "\(group)-a") == nil)
        }
    }
}
