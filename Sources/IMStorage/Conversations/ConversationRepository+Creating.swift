import Postgres

extension ConversationRepository {
    /// One side of a conversation that is created with its first message.
    package struct New: Sendable, Hashable {
        package var ownerUserID: String
        package var conversationID: String
        /// The session type.
        package var type: Int32
        /// The peer of a single or notification chat, else empty.
        package var userID: String
        package var groupID: String

        package init(
            ownerUserID: String,
            conversationID: String,
            type: Int32,
            userID: String = "",
            groupID: String = ""
        ) {
            self.ownerUserID = ownerUserID
            self.conversationID = conversationID
            self.type = type
            self.userID = userID
            self.groupID = groupID
        }
    }

    /// Creates the rows that do not exist yet; existing ones stay as they are.
    ///
    /// - Parameters:
    ///   - conversations: the rows.
    ///   - createTime: Unix time in milliseconds.
    /// - Throws: `PostgresError`.
    package func insertMissing(_ conversations: [New], createTime: Int64) async throws {
        guard !conversations.isEmpty else { return }
        try await self.changes.transaction { change in
            try await Self.insertMissing(conversations, createTime: createTime, in: change)
        }
    }

    /// Creates the rows that those who are members of a group now do not have yet.
    ///
    /// - Parameters:
    ///   - groupID: the group.
    ///   - conversationID: its chat.
    ///   - type: the session type.
    ///   - createTime: Unix time in milliseconds.
    /// - Throws: `PostgresError`.
    package func insertMissing(
        membersOf groupID: String,
        conversationID: String,
        type: Int32,
        createTime: Int64
    ) async throws {
        try await self.changes.transaction { change in
            let rows = try await change.query(
                "SELECT user_id FROM group_members WHERE group_id = \(groupID) ORDER BY user_id"
            )
            var sides: [New] = []
            for row in rows {
                let member: String = try row.decode("user_id")
                sides.append(
                    New(ownerUserID: member, conversationID: conversationID, type: type, groupID: groupID)
                )
            }
            guard !sides.isEmpty else { return }
            try await Self.insertMissing(sides, createTime: createTime, in: change)
        }
    }

    private static func insertMissing(_ sides: [New], createTime: Int64, in change: DataChange) async throws {
        // Callers that create the same rows at once take them in the same order, so they do not wait in a ring.
        let sides = sides.sorted { ($0.ownerUserID, $0.conversationID) < ($1.ownerUserID, $1.conversationID) }
        let owners = sides.map(\.ownerUserID)
        let ids = sides.map(\.conversationID)
        let types = sides.map(\.type)
        let peers = sides.map(\.userID)
        let groups = sides.map(\.groupID)
        try await change.execute(
            """
            INSERT INTO conversations
                (owner_user_id, conversation_id, conversation_type, user_id, group_id, create_time)
            SELECT owner, id, type, peer, group_id, \(createTime)
            FROM unnest(\(owners)::text[], \(ids)::text[], \(types)::integer[], \(peers)::text[], \(groups)::text[])
                AS new (owner, id, type, peer, group_id)
            ON CONFLICT DO NOTHING
            """,
            invalidating: sides.flatMap { CacheKey.conversationRow($0.conversationID, of: $0.ownerUserID) }
        )
    }
}
