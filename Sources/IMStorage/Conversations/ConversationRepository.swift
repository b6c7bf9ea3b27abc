package import Postgres

/// Who has which conversation, in Postgres.
package struct ConversationRepository: Sendable {
    /// One side of a conversation that is created with its first message.
    package struct New: Sendable, Hashable {
        package var ownerUserID: String
        package var conversationID: String
        /// The session type.
        package var type: Int32
        /// The peer.
        package var userID: String

        package init(ownerUserID: String, conversationID: String, type: Int32, userID: String) {
            self.ownerUserID = ownerUserID
            self.conversationID = conversationID
            self.type = type
            self.userID = userID
        }
    }

    private let postgres: PostgresClient

    package init(postgres: PostgresClient) {
        self.postgres = postgres
    }

    /// Creates the rows that do not exist yet; existing ones stay as they are.
    ///
    /// - Parameters:
    ///   - conversations: the rows.
    ///   - createTime: Unix time in milliseconds.
    /// - Throws: `PostgresError`.
    package func insertMissing(_ conversations: [New], createTime: Int64) async throws {
        let owners = conversations.map(\.ownerUserID)
        let ids = conversations.map(\.conversationID)
        let types = conversations.map(\.type)
        let peers = conversations.map(\.userID)
        _ = try await self.postgres.execute(
            """
            INSERT INTO conversations (owner_user_id, conversation_id, conversation_type, user_id, create_time)
            SELECT owner, id, type, peer, \(createTime)
            FROM unnest(\(owners)::text[], \(ids)::text[], \(types)::integer[], \(peers)::text[])
                AS new (owner, id, type, peer)
            ON CONFLICT DO NOTHING
            """
        )
    }

    /// The ids of all conversations of a user, in no particular order.
    package func conversationIDs(of userID: String) async throws -> [String] {
        let rows = try await self.postgres.query(
            "SELECT conversation_id FROM conversations WHERE owner_user_id = \(userID)"
        )
        var ids: [String] = []
        for row in rows { ids.append(try row.decode("conversation_id")) }
        return ids
    }

    /// Those of `conversationIDs` that the user has.
    package func owned(by userID: String, of conversationIDs: [String]) async throws -> Set<String> {
        let rows = try await self.postgres.query(
            """
            SELECT conversation_id FROM conversations
            WHERE owner_user_id = \(userID) AND conversation_id = ANY(\(conversationIDs)::text[])
            """
        )
        var ids: Set<String> = []
        for row in rows { ids.insert(try row.decode("conversation_id")) }
        return ids
    }
}
