import Caching
import IMProtocol
package import Postgres

/// Groups and their members, in Postgres, read through the caches.
package struct GroupRepository: Sendable {
    /// How long Redis keeps a value.
    private static let lifetime: Duration = .seconds(12 * 3600)

    private let postgres: PostgresClient
    private let caches: Caches

    /// - Parameters:
    ///   - postgres: where the rows are.
    ///   - caches: what is read first.
    package init(postgres: PostgresClient, caches: Caches) {
        self.postgres = postgres
        self.caches = caches
    }

    /// The group; nil when there is none of that id.
    package func group(_ groupID: String) async throws -> GroupRecord? {
        guard let local = self.caches.groups else { return try await self.sharedGroup(groupID) }
        return try await local.get(CacheKey.groupInfo(groupID)) { try await self.sharedGroup(groupID) }
    }

    /// The member; nil when the user is none.
    package func member(_ userID: String, of groupID: String) async throws -> GroupMemberRecord? {
        let key = CacheKey.groupMember(userID, of: groupID)
        let found: GroupMemberRecord?
        if let local = self.caches.members {
            found = try await local.get(key) { try await self.sharedMember(userID, of: groupID) }
        } else {
            found = try await self.sharedMember(userID, of: groupID)
        }
        // The key joins both ids by "-", which imported ids may hold: what belongs to another pair is not believed.
        if let found, !found.groupID.hasSameBytes(as: groupID) || !found.userID.hasSameBytes(as: userID) {
            return try await self.loadMember(userID, of: groupID)
        }
        return found
    }

    /// The ids of all members, owner and administrators first, then in the order of joining.
    package func memberIDs(of groupID: String) async throws -> [String] {
        guard let local = self.caches.memberIDs else { return try await self.sharedMemberIDs(groupID).ids }
        return try await local.get(CacheKey.groupMemberIDs(groupID)) { try await self.sharedMemberIDs(groupID) }.ids
    }

    // MARK: - Redis

    private func sharedGroup(_ groupID: String) async throws -> GroupRecord? {
        try await self.caches.shared.fetch(CacheKey.groupInfo(groupID), expire: Self.lifetime) {
            () async throws -> GroupRecord? in try await self.loadGroup(groupID)
        }
    }

    private func sharedMember(_ userID: String, of groupID: String) async throws -> GroupMemberRecord? {
        try await self.caches.shared.fetch(CacheKey.groupMember(userID, of: groupID), expire: Self.lifetime) {
            () async throws -> GroupMemberRecord? in try await self.loadMember(userID, of: groupID)
        }
    }

    private func sharedMemberIDs(_ groupID: String) async throws -> IDList {
        try await self.caches.shared.fetch(CacheKey.groupMemberIDs(groupID), expire: Self.lifetime) {
            try await self.loadMemberIDs(groupID)
        }
    }

    // MARK: - Postgres

    private func loadGroup(_ groupID: String) async throws -> GroupRecord? {
        let rows = try await self.postgres.query(
            """
            SELECT group_id, group_name, notification, introduction, face_url, create_time, ex, status, creator_user_id,
                group_type, need_verification, look_member_info, apply_member_friend, notification_update_time,
                notification_user_id
            FROM groups WHERE group_id = \(groupID)
            """
        )
        return try rows.first.map { row in
            var group = GroupRecord(groupID: try row.decode("group_id"), name: try row.decode("group_name"))
            group.notification = try row.decode("notification")
            group.introduction = try row.decode("introduction")
            group.faceURL = try row.decode("face_url")
            group.createTime = try row.decode("create_time")
            group.ex = try row.decode("ex")
            group.status = try row.decode("status")
            group.creatorUserID = try row.decode("creator_user_id")
            group.type = try row.decode("group_type")
            group.needVerification = try row.decode("need_verification")
            group.lookMemberInfo = try row.decode("look_member_info")
            group.applyMemberFriend = try row.decode("apply_member_friend")
            group.notificationUpdateTime = try row.decode("notification_update_time")
            group.notificationUserID = try row.decode("notification_user_id")
            return group
        }
    }

    private func loadMember(_ userID: String, of groupID: String) async throws -> GroupMemberRecord? {
        let rows = try await self.postgres.query(
            """
            SELECT group_id, user_id, nickname, face_url, role_level, join_time, join_source, inviter_user_id,
                operator_user_id, mute_end_time, ex
            FROM group_members WHERE group_id = \(groupID) AND user_id = \(userID)
            """
        )
        return try rows.first.map { row in
            var member = GroupMemberRecord(groupID: try row.decode("group_id"), userID: try row.decode("user_id"))
            member.nickname = try row.decode("nickname")
            member.faceURL = try row.decode("face_url")
            member.roleLevel = try row.decode("role_level")
            member.joinTime = try row.decode("join_time")
            member.joinSource = try row.decode("join_source")
            member.inviterUserID = try row.decode("inviter_user_id")
            member.operatorUserID = try row.decode("operator_user_id")
            member.muteEndTime = try row.decode("mute_end_time")
            member.ex = try row.decode("ex")
            return member
        }
    }

    private func loadMemberIDs(_ groupID: String) async throws -> IDList {
        let rows = try await self.postgres.query(
            "SELECT user_id FROM group_members WHERE group_id = \(groupID) ORDER BY role_level DESC, ordinal"
        )
        var ids: [String] = []
        for row in rows { ids.append(try row.decode("user_id")) }
        return IDList(ids)
    }
}
