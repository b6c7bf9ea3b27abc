import IMStorage
import Postgres
import TestKit
import Testing

/// The conversation rows on a real server.
@Suite(.enabled(if: Stack.postgres.isUp, "scripts/stack up postgres"), .timeLimit(.minutes(5)))
struct ConversationRepositoryTests {
    private static func row(_ owner: String, _ peer: String) -> ConversationRepository.New {
        ConversationRepository.New(ownerUserID: owner, conversationID: "si_a_b", type: 1, userID: peer)
    }

    @Test func `rows that exist stay as they are, missing ones are made with what a new chat has`() async throws {
        try await withSchema { client in
            let conversations = ConversationRepository(postgres: client)
            try await conversations.insertMissing([Self.row("a", "b")], createTime: 5)
            try await client.execute("UPDATE conversations SET is_pinned = true")
            try await conversations.insertMissing([Self.row("a", "b"), Self.row("b", "a")], createTime: 6)
            let rows = try await client.strings(
                """
                SELECT concat_ws(' ', owner_user_id, user_id, is_pinned, recv_msg_opt, min_seq, max_seq, create_time)
                FROM conversations ORDER BY ordinal
                """
            )
            #expect(rows == ["a b t 0 0 0 5", "b a f 0 0 0 6"])
            #expect(try await conversations.conversationIDs(of: "a") == ["si_a_b"])
            #expect(try await conversations.owned(by: "a", of: ["si_a_b", "si_a_c"]) == ["si_a_b"])
            #expect(try await conversations.owned(by: "c", of: ["si_a_b"]) == [])
        }
    }
}
