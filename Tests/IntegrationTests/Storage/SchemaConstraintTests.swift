import Postgres
import TestKit
import Testing

/// What each table refuses, beside what it takes.
@Suite(.enabled(if: Stack.postgres.isUp, "scripts/stack up postgres"), .timeLimit(.minutes(5)))
struct SchemaConstraintTests {
    /// A statement that a table must refuse after those before it were taken.
    struct Case: Sendable {
        let taken: [String]
        let refused: String
        let code: PostgresError.Code

        init(_ taken: String..., refused: String, _ code: PostgresError.Code) {
            self.taken = taken
            self.refused = refused
            self.code = code
        }
    }

    private static let cases = [
        Case(
            "INSERT INTO users (user_id, nickname, create_time) VALUES ('u', '', 1)",
            refused: "INSERT INTO users (user_id, nickname, create_time) VALUES ('u', 'x', 2)",
            .uniqueViolation
        ),
        Case(refused: "INSERT INTO users (user_id, nickname, create_time) VALUES ('', 'x', 1)", .checkViolation),
        Case(
            "INSERT INTO user_commands (user_id, type, uuid, create_time) VALUES ('u', 1, 'a', 1), ('u', 2, 'a', 1)",
            refused: "INSERT INTO user_commands (user_id, type, uuid, create_time) VALUES ('u', 1, 'a', 2)",
            .uniqueViolation
        ),
        Case(
            "INSERT INTO client_config VALUES ('', 'k', '1'), ('u', 'k', '2')",
            refused: "INSERT INTO client_config VALUES ('', 'k', '3')",
            .uniqueViolation
        ),
        Case(
            "INSERT INTO friends (owner_user_id, friend_user_id, create_time) VALUES ('a', 'b', 1), ('b', 'a', 1)",
            refused: "INSERT INTO friends (owner_user_id, friend_user_id, create_time) VALUES ('a', 'b', 2)",
            .uniqueViolation
        ),
        Case(
            refused: "INSERT INTO friends (owner_user_id, friend_user_id, create_time) VALUES ('a', 'a', 1)",
            .checkViolation
        ),
        Case(
            "INSERT INTO friend_requests (from_user_id, to_user_id, create_time) VALUES ('c', 'd', 1), ('d', 'c', 1)",
            refused: "INSERT INTO friend_requests (from_user_id, to_user_id, create_time) VALUES ('c', 'd', 2)",
            .uniqueViolation
        ),
        Case(refused: "UPDATE friend_requests SET handle_result = 2", .checkViolation),
        Case(
            "INSERT INTO blacks (owner_user_id, block_user_id, create_time) VALUES ('a', 'b', 1)",
            refused: "INSERT INTO blacks (owner_user_id, block_user_id, create_time) VALUES ('a', 'b', 2)",
            .uniqueViolation
        ),
        Case(
            "INSERT INTO groups (group_id, create_time) VALUES ('g', 1)",
            refused: "INSERT INTO groups (group_id, create_time) VALUES ('g', 2)",
            .uniqueViolation
        ),
        Case(refused: "UPDATE groups SET status = 4", .checkViolation),
        Case(
            "INSERT INTO group_members (group_id, user_id, role_level, join_time) VALUES ('g', 'a', 100, 1)",
            "INSERT INTO group_members (group_id, user_id, role_level, join_time) VALUES ('h', 'a', 100, 1)",
            refused: "INSERT INTO group_members (group_id, user_id, role_level, join_time) VALUES ('g', 'b', 100, 1)",
            .uniqueViolation
        ),
        Case(refused: "UPDATE group_members SET role_level = 50", .checkViolation),
        Case(
            "INSERT INTO group_requests (group_id, user_id, req_time) VALUES ('g', 'u', 1)",
            refused: "INSERT INTO group_requests (group_id, user_id, req_time) VALUES ('g', 'u', 2)",
            .uniqueViolation
        ),
        Case(refused: "UPDATE group_requests SET handle_result = -2", .checkViolation),
        Case(
            """
            INSERT INTO conversations (owner_user_id, conversation_id, conversation_type, create_time)
            VALUES ('a', 'si_a_b', 1, 1), ('b', 'si_a_b', 1, 1)
            """,
            refused: """
                INSERT INTO conversations (owner_user_id, conversation_id, conversation_type, create_time)
                VALUES ('a', 'si_a_b', 1, 2)
                """,
            .uniqueViolation
        ),
        Case(refused: "UPDATE conversations SET max_seq = -1", .checkViolation),
        Case(
            refused: "INSERT INTO version_log_heads VALUES (1, 'u', '0123', 1, 0, 1)",
            .checkViolation
        ),
        Case(
            refused: "INSERT INTO version_log_entries VALUES (1, 'nobody', 'e', 1, 1, 1, 1)",
            .foreignKeyViolation
        ),
        Case(
            "INSERT INTO notification_outbox (topic_key, client_msg_id, record, operation_id) VALUES ('k', 'c', '', '')",
            refused: """
                INSERT INTO notification_outbox (topic_key, client_msg_id, record, operation_id)
                VALUES ('k', 'c', '', '')
                """,
            .uniqueViolation
        ),
        Case(
            refused: "INSERT INTO messages VALUES ('c', 0, '', '', '', '', '', 1, 101, 1, '', '')",
            .checkViolation
        ),
        Case(refused: "INSERT INTO schema_registry VALUES ('postgres', 'x', 'other', 1, '{a}')", .checkViolation),
    ]

    @Test func `rows that break a rule are refused`() async throws {
        try await withSchema { client in
            for example in Self.cases {
                for statement in example.taken { try await client.execute(PostgresQuery(unsafeSQL: statement)) }
                let error = await postgresError { try await client.execute(PostgresQuery(unsafeSQL: example.refused)) }
                #expect(error?.code == example.code, "\(example.refused)")
            }
        }
    }

    @Test func `ownership of a group is handed over inside one transaction`() async throws {
        try await withSchema { client in
            try await client.execute(
                """
                INSERT INTO group_members (group_id, user_id, role_level, join_time)
                VALUES ('g', 'old', 100, 1), ('g', 'new', 60, 1)
                """
            )
            try await client.transaction { transaction in
                try await transaction.execute("UPDATE group_members SET role_level = 60 WHERE user_id = 'old'")
                try await transaction.execute("UPDATE group_members SET role_level = 100 WHERE user_id = 'new'")
            }
            let order = try await client.strings(
                "SELECT user_id FROM group_members WHERE group_id = 'g' ORDER BY role_level DESC, ordinal"
            )
            #expect(order == ["new", "old"])
        }
    }
}
