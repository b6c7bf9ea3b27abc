import IMStorage
import Postgres
import TestKit
import Testing

/// The look-ups of the domain go through an index, on tables of some size.
@Suite(.serialized, .enabled(if: Stack.postgres.isUp, "scripts/stack up postgres"), .timeLimit(.minutes(10)))
struct QueryPlanTests {
    /// The lines of the plan.
    private static func plan(_ client: PostgresClient, _ query: PostgresQuery) async throws -> String {
        try await client.strings(
            PostgresQuery(unsafeSQL: "EXPLAIN (COSTS OFF) " + query.sql, parameters: query.parameters)
        ).joined(separator: "\n")
    }

    /// Look-ups and the index that each needs; no plan may read a whole table or sort one.
    private static let lookUps: [(query: PostgresQuery, index: String)] = [
        ("SELECT * FROM users WHERE app_manger_level >= 3", "users_by_level"),
        ("SELECT * FROM users ORDER BY create_time, user_id LIMIT 20", "users_by_time"),
        ("SELECT count(*) FROM users WHERE create_time < 1000", "users_by_time"),
        (
            """
            SELECT * FROM users WHERE search_grams(lower(nickname)) @@ search_gram_query('冰淇')
                OR search_grams(lower(user_id)) @@ search_gram_query('u777')
            """, "users_by_text"
        ),
        ("SELECT * FROM user_commands WHERE user_id = 'u1' AND type = 1", "user_commands_pkey"),
        ("SELECT * FROM client_config WHERE key = 'k1' ORDER BY user_id LIMIT 10", "client_config_by_key"),
        (
            "SELECT * FROM friends WHERE owner_user_id = 'u1' ORDER BY is_pinned DESC, ordinal LIMIT 20",
            "friends_in_order"
        ),
        (
            "SELECT friend_user_id FROM friends WHERE owner_user_id = 'u1' ORDER BY is_pinned DESC, ordinal",
            "friends_in_order"
        ),
        ("SELECT owner_user_id FROM friends WHERE friend_user_id = 'u1'", "friends_by_friend"),
        (
            "SELECT * FROM friend_requests WHERE to_user_id = 'u1' ORDER BY create_time DESC, from_user_id LIMIT 20",
            "friend_requests_received"
        ),
        (
            "SELECT * FROM friend_requests WHERE from_user_id = 'u1' ORDER BY create_time DESC, to_user_id LIMIT 20",
            "friend_requests_sent"
        ),
        ("SELECT * FROM blacks WHERE owner_user_id = 'u1' ORDER BY ordinal LIMIT 20", "blacks_in_order"),
        ("SELECT block_user_id FROM blacks WHERE owner_user_id = 'u1' ORDER BY ordinal", "blacks_in_order"),
        ("SELECT * FROM blacks WHERE block_user_id = 'u1'", "blacks_by_blocked"),
        ("SELECT * FROM groups ORDER BY create_time DESC, group_id DESC LIMIT 20", "groups_by_time"),
        (
            "SELECT * FROM groups WHERE search_grams(lower(group_name)) @@ search_gram_query('淇淋')",
            "groups_by_text"
        ),
        (
            "SELECT * FROM group_members WHERE group_id = 'g1' ORDER BY role_level DESC, ordinal LIMIT 20",
            "group_members_in_order"
        ),
        ("SELECT user_id FROM group_members WHERE group_id = 'g1' AND role_level = 100", "group_members_owner"),
        ("SELECT group_id FROM group_members WHERE user_id = 'u1' AND role_level >= 60", "group_members_by_user"),
        (
            "SELECT * FROM group_requests WHERE group_id = 'g1' ORDER BY req_time DESC, user_id LIMIT 20",
            "group_requests_received"
        ),
        (
            "SELECT * FROM group_requests WHERE user_id = 'u1' ORDER BY req_time DESC, group_id LIMIT 20",
            "group_requests_sent"
        ),
        ("SELECT * FROM conversations WHERE owner_user_id = 'u1' ORDER BY ordinal LIMIT 20", "conversations_in_order"),
        (
            "SELECT owner_user_id FROM conversations WHERE conversation_id = 'sg_g1'",
            "conversations_by_conversation"
        ),
        ("SELECT * FROM conversations WHERE user_id = 'u1'", "conversations_by_peer"),
        ("SELECT conversation_id FROM conversations WHERE owner_user_id = 'u1' AND is_pinned", "conversations_pinned"),
        (
            "SELECT owner_user_id FROM conversations WHERE conversation_id = 'sg_g1' AND recv_msg_opt <> 0",
            "conversations_without_push"
        ),
        (
            """
            SELECT * FROM conversations WHERE is_msg_destruct AND msg_destruct_time <> 0
                AND latest_msg_destruct_time + msg_destruct_time * 1000 < 1000
            """, "conversations_to_destroy"
        ),
        (
            """
            SELECT * FROM version_log_entries WHERE log = 1 AND key = 'u1' AND version > 190 ORDER BY version, place
            """, "version_log_entries_in_order"
        ),
        ("SELECT record FROM messages WHERE conversation_id = 'si_7' AND seq = ANY('{3,4,5}')", "_pkey"),
        (
            """
            SELECT record FROM messages WHERE send_id = 'u7' AND send_time >= 1770681600000
                AND send_time < 1770768000000 ORDER BY send_time LIMIT 20
            """, "send_id_send_time"
        ),
        (
            """
            SELECT record FROM messages WHERE (CASE WHEN group_id = '' THEN recv_id ELSE group_id END) = 'r7'
                AND send_time >= 1770681600000 AND send_time < 1770768000000
            """, "group_id_send_time"
        ),
        (
            """
            SELECT count(*) FROM messages WHERE send_time / 86400000 = 20495
                AND send_time >= 1770768000000 AND send_time < 1770854400000
            """, "Bitmap Index Scan on messages_2026_02_expr_idx"
        ),
    ]

    private static let filling: [PostgresQuery] = [
        """
        INSERT INTO users (user_id, nickname, app_manger_level, create_time)
        SELECT 'u' || n, md5(n::text) || CASE WHEN n % 1000 = 0 THEN '冰淇淋' ELSE '' END,
            CASE WHEN n % 2000 = 0 THEN 3 ELSE 0 END, n FROM generate_series(1, 20000) AS n
        """,
        """
        INSERT INTO user_commands (user_id, type, uuid, create_time)
        SELECT 'u' || n % 2000, n % 3, n::text, n FROM generate_series(1, 20000) AS n
        """,
        "INSERT INTO client_config SELECT 'u' || n, 'k' || n % 100, 'v' FROM generate_series(1, 20000) AS n",
        """
        INSERT INTO friends (owner_user_id, friend_user_id, create_time, is_pinned)
        SELECT 'u' || n % 200, 'u' || 1000 + n, n, n % 10 = 0 FROM generate_series(1, 20000) AS n
        """,
        """
        INSERT INTO friend_requests (from_user_id, to_user_id, create_time, handle_result)
        SELECT 'u' || n % 200, 'u' || 1000 + n % 5000, n, n % 2 FROM generate_series(1, 20000) AS n
        ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO friend_requests (from_user_id, to_user_id, create_time)
        SELECT 'x' || n, 'u' || n % 200, n FROM generate_series(1, 20000) AS n
        """,
        """
        INSERT INTO blacks (owner_user_id, block_user_id, create_time)
        SELECT 'u' || n % 200, 'u' || 1000 + n, n FROM generate_series(1, 20000) AS n
        """,
        """
        INSERT INTO groups (group_id, group_name, create_time)
        SELECT 'g' || n, md5(n::text) || CASE WHEN n % 1000 = 0 THEN '冰淇淋' ELSE '' END, n
        FROM generate_series(1, 20000) AS n
        """,
        """
        INSERT INTO group_members (group_id, user_id, role_level, join_time)
        SELECT 'g' || n % 100, 'u' || n / 100, CASE n / 100 WHEN 0 THEN 100 WHEN 1 THEN 60 ELSE 20 END, n
        FROM generate_series(0, 29999) AS n
        """,
        """
        INSERT INTO group_requests (group_id, user_id, req_time)
        SELECT 'g' || n % 100, 'u' || n / 100, n FROM generate_series(0, 29999) AS n
        """,
        """
        INSERT INTO conversations (owner_user_id, conversation_id, conversation_type, user_id, is_pinned,
            recv_msg_opt, is_msg_destruct, msg_destruct_time, create_time)
        SELECT 'u' || n / 100, 'sg_g' || n % 100, 3, 'u' || n % 3000, n % 50 = 0, CASE WHEN n % 40 = 1 THEN 2 ELSE 0 END,
            n % 500 = 0, 1, n FROM generate_series(0, 29999) AS n
        """,
        """
        SELECT version_log_append(1::smallint, ARRAY['u' || n % 100], ARRAY[n::text], 1::smallint, 1)
        FROM generate_series(1, 20000) AS n
        """,
        "SELECT archive_make_months(1770681600000, 2)",
        """
        INSERT INTO messages
        SELECT 'si_' || n % 500, n / 500 + 1, md5(n::text), '', 'u' || n % 300, 'r' || n % 300, '', 1, 101,
            1770681600000 + n * 20000::bigint,
            CASE WHEN n % 4000 = 0 THEN '我想吃冰淇淋 kubernetes' ELSE
                (SELECT string_agg(chr(19968 + (hashint8(n * 31 + place) & 2047)), '') FROM generate_series(1, 12) AS place)
            END, 'x'
        FROM generate_series(0, 49999) AS n
        """,
        "ANALYZE",
    ]

    @Test func `every look-up has its index`() async throws {
        try await withSchema { client in
            for statement in Self.filling { try await client.query(statement) }
            for (query, index) in Self.lookUps {
                let plan = try await Self.plan(client, query)
                #expect(plan.contains(index), "\(query.sql)\n\(plan)")
                #expect(!plan.contains("Seq Scan on \(Self.table(query))"), "\(query.sql)\n\(plan)")
            }
            for text in ["冰", "冰淇", "冰淇淋", "Kubernetes", "淋 kub"] {
                let everywhere = ArchiveStore.searchQuery(text, in: nil, times: 0..<Int64.max, limit: 10)
                let plan = try await Self.plan(client, try #require(everywhere))
                #expect(plan.contains("Bitmap Index Scan on messages_2026_02_search_grams_idx"), "\(text)\n\(plan)")
            }
        }
    }

    @Test func `search goes by its index also when the server plans without the values`() async throws {
        try await withSchema { client in
            for statement in Self.filling.suffix(3) { try await client.query(statement) }
            let search = ArchiveStore.searchQuery("冰", in: nil, times: 0..<1, limit: 1)
            let query = try #require(search)
            let plan = try await client.transaction { transaction in
                try await transaction.execute("SET LOCAL plan_cache_mode = force_generic_plan")
                try await transaction.execute(PostgresQuery(unsafeSQL: "PREPARE search AS " + query.sql))
                let rows = try await transaction.query(
                    "EXPLAIN (COSTS OFF) EXECUTE search('冰', '%冰%', 0, 9000000000000, NULL, NULL, 10)"
                )
                var lines: [String] = []
                for row in rows { lines.append(try row.decode(at: 0)) }
                return lines.joined(separator: "\n")
            }
            #expect(plan.contains("Bitmap Index Scan on messages_2026_02_search_grams_idx"), "\(plan)")
            #expect(!plan.contains("BitmapAnd"), "\(plan)")
        }
    }

    /// The table that a look-up reads, without its default partition, which is empty.
    private static func table(_ query: PostgresQuery) -> String {
        let words = query.sql.split { $0 == " " || $0 == "\n" }
        let place = words.firstIndex(of: "FROM") ?? words.startIndex
        let name = words[place...].dropFirst().first.map(String.init) ?? ""
        return name == "messages" ? "messages_2026_02" : name
    }
}
