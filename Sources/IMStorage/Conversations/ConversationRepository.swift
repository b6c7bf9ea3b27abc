import Caching
package import Postgres

/// Who has which conversation, in Postgres, read through the caches.
///
/// What decides what a client may read is answered by Redis or Postgres and never from a process's memory: a client takes what
/// is left out for read, so a row that was created a moment ago must not be missing.
package struct ConversationRepository: Sendable {
    /// How long Redis keeps a value.
    private static let lifetime: Duration = .seconds(12 * 3600)

    private let postgres: PostgresClient
    private let caches: Caches
    let changes: DataChanges

    /// - Parameters:
    ///   - postgres: where the rows are.
    ///   - caches: what is read first.
    ///   - changes: how they are changed.
    package init(postgres: PostgresClient, caches: Caches, changes: DataChanges) {
        self.postgres = postgres
        self.caches = caches
        self.changes = changes
    }

    // MARK: - Rows

    /// What a user sees of a conversation, also from this process's memory; nil when the user does not have it.
    ///
    /// A change elsewhere shows when its announcement has arrived.
    package func row(_ conversationID: String, of ownerID: String) async throws -> ConversationRecord? {
        let key = CacheKey.conversation(conversationID, of: ownerID)
        guard let local = self.caches.conversations else {
            return try await self.rows([conversationID], of: ownerID)[conversationID]
        }
        let row = try await local.get(key) { try await self.rows([conversationID], of: ownerID)[conversationID] }
        return Self.isRow(row, conversationID, ownerID) ? row : nil
    }

    /// What a user sees of those of the conversations that it has.
    ///
    /// The state after every change that has returned, wherever it was made (`DataChanges` says what failures may delay).
    package func rows(
        _ conversationIDs: [String],
        of ownerID: String
    ) async throws -> [String: ConversationRecord] {
        func key(_ conversationID: String) -> String { CacheKey.conversation(conversationID, of: ownerID) }
        let rows: [String: ConversationRecord] = try await self.caches.shared.fetchBatch(
            conversationIDs,
            key: key,
            expire: Self.lifetime
        ) { try await self.loadRows($0, of: ownerID) }
        // Owner and id are joined by ":", which imported ids may hold: what belongs to another pair is not believed.
        return rows.filter { Self.isRow($1, $0, ownerID) }
    }

    /// The same from Postgres alone, for what the caches do not have.
    package func loadRows(
        _ conversationIDs: [String],
        of ownerID: String
    ) async throws -> [String: ConversationRecord] {
        let rows = try await self.postgres.query(
            """
            SELECT conversation_id, conversation_type, user_id, group_id, recv_msg_opt, is_pinned, is_private_chat,
                burn_duration, group_at_type, attached_info, ex, min_seq, max_seq, is_msg_destruct, msg_destruct_time,
                latest_msg_destruct_time
            FROM conversations
            WHERE owner_user_id = \(ownerID) AND conversation_id = ANY(\(conversationIDs)::text[])
            """
        )
        var found: [String: ConversationRecord] = [:]
        for row in rows {
            let record = try Self.record(row, ownerID)
            found[record.conversationID] = record
        }
        return found
    }

    private static func record(_ row: PostgresRow, _ ownerID: String) throws -> ConversationRecord {
        var record = ConversationRecord(
            ownerUserID: ownerID,
            conversationID: try row.decode("conversation_id"),
            type: try row.decode("conversation_type"),
            userID: try row.decode("user_id"),
            groupID: try row.decode("group_id")
        )
        record.receiveOption = try row.decode("recv_msg_opt")
        record.isPinned = try row.decode("is_pinned")
        record.isPrivateChat = try row.decode("is_private_chat")
        record.burnDuration = try row.decode("burn_duration")
        record.groupAtType = try row.decode("group_at_type")
        record.attachedInfo = try row.decode("attached_info")
        record.ex = try row.decode("ex")
        record.minSeq = try row.decode("min_seq")
        record.maxSeq = try row.decode("max_seq")
        record.isMsgDestruct = try row.decode("is_msg_destruct")
        record.msgDestructTime = try row.decode("msg_destruct_time")
        record.latestMsgDestructTime = try row.decode("latest_msg_destruct_time")
        return record
    }

    private static func isRow(_ row: ConversationRecord?, _ conversationID: String, _ ownerID: String) -> Bool {
        guard let row else { return true }
        return row.conversationID.utf8.elementsEqual(conversationID.utf8)
            && row.ownerUserID.utf8.elementsEqual(ownerID.utf8)
    }

    // MARK: - Lists

    /// The ids of all conversations of a user, the oldest first.
    package func conversationIDs(of userID: String) async throws -> [String] {
        try await self.caches.shared.fetch(CacheKey.conversationIDs(of: userID), expire: Self.lifetime) {
            try await self.ids(
                "SELECT conversation_id FROM conversations WHERE owner_user_id = \(userID) ORDER BY ordinal"
            )
        }.ids
    }

    /// The ids of the conversations that a user has pinned.
    package func pinnedIDs(of userID: String) async throws -> [String] {
        try await self.caches.shared.fetch(CacheKey.pinnedConversationIDs(of: userID), expire: Self.lifetime) {
            try await self.ids(
                """
                SELECT conversation_id FROM conversations WHERE owner_user_id = \(userID) AND is_pinned ORDER BY ordinal
                """
            )
        }.ids
    }

    private func ids(_ query: PostgresQuery) async throws -> IDList {
        var ids: [String] = []
        for row in try await self.postgres.query(query) { ids.append(try row.decode("conversation_id")) }
        return IDList(ids)
    }
}
