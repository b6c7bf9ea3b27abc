package import Postgres

/// The Postgres schema of the server, as numbered steps that are applied once each, in order.
package enum SchemaMigrations {
    /// All steps.
    ///
    /// A step that has been released is never edited; a change is a new step.
    package static let all: [PostgresMigration] = [
        PostgresMigration(version: 1, name: "users", sql: users),
        PostgresMigration(version: 2, name: "conversations", sql: conversations),
        PostgresMigration(version: 3, name: "message archive", sql: messageArchive),
        PostgresMigration(version: 4, name: "cache invalidations", sql: cacheInvalidations),
    ]

    /// Column names follow OpenIM's documents, the misspelt app_manger_level included, so that exports match.
    private static let users = """
        CREATE TABLE users (
            user_id text PRIMARY KEY,
            nickname text NOT NULL,
            face_url text NOT NULL DEFAULT '',
            ex text NOT NULL DEFAULT '',
            app_manger_level integer NOT NULL DEFAULT 0,
            global_recv_msg_opt integer NOT NULL DEFAULT 0,
            create_time bigint NOT NULL
        );
        COMMENT ON COLUMN users.create_time IS 'Unix time in milliseconds';
        """

    /// One row per owner and chat: what the owner sees in the conversation list.
    private static let conversations = """
        CREATE TABLE conversations (
            owner_user_id text NOT NULL,
            conversation_id text NOT NULL,
            conversation_type integer NOT NULL,
            user_id text NOT NULL DEFAULT '',
            group_id text NOT NULL DEFAULT '',
            min_seq bigint NOT NULL DEFAULT 0,
            max_seq bigint NOT NULL DEFAULT 0,
            create_time bigint NOT NULL,
            PRIMARY KEY (owner_user_id, conversation_id)
        );
        COMMENT ON COLUMN conversations.create_time IS 'Unix time in milliseconds';
        """

    /// The whole message stands in `record` as protobuf (openim.sdkws.MsgData); the columns beside it are for look-ups.
    private static let messageArchive = """
        CREATE TABLE messages (
            conversation_id text NOT NULL,
            seq bigint NOT NULL,
            client_msg_id text NOT NULL,
            server_msg_id text NOT NULL,
            send_id text NOT NULL,
            recv_id text NOT NULL,
            group_id text NOT NULL,
            session_type integer NOT NULL,
            content_type integer NOT NULL,
            send_time bigint NOT NULL,
            record bytea NOT NULL,
            PRIMARY KEY (conversation_id, seq)
        );
        CREATE INDEX messages_by_sender ON messages (send_id, send_time);
        COMMENT ON COLUMN messages.send_time IS 'Unix time in milliseconds';

        CREATE TABLE archive_positions (
            partition integer PRIMARY KEY,
            next bigint NOT NULL
        );
        COMMENT ON TABLE archive_positions IS 'next offset to read of each partition of toMongo';
        """

    /// Small and short-lived rows: `clock_timestamp()` because a transaction may have begun long before it writes one.
    private static let cacheInvalidations = """
        CREATE TABLE cache_invalidations (
            id bigserial PRIMARY KEY,
            keys text[] NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            due_at timestamptz NOT NULL
        );
        CREATE INDEX cache_invalidations_by_due ON cache_invalidations (due_at, id);
        COMMENT ON TABLE cache_invalidations IS 'Redis keys whose cached values are to be invalidated';
        """
}
