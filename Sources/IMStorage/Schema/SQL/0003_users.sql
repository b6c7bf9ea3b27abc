-- Column names follow OpenIM's documents, the misspelt app_manger_level included, so that exports match.
-- All times of this schema are Unix milliseconds (bigint), whatever unit the wire has.
CREATE TABLE users (
    user_id text PRIMARY KEY CHECK (user_id <> ''),
    nickname text NOT NULL,
    face_url text NOT NULL DEFAULT '',
    ex text NOT NULL DEFAULT '',
    app_manger_level integer NOT NULL DEFAULT 0,
    global_recv_msg_opt integer NOT NULL DEFAULT 0,
    create_time bigint NOT NULL
);
-- The paged list of the back-office, registrations a day.
CREATE INDEX users_by_time ON users (create_time, user_id);
-- System accounts are few among many users.
CREATE INDEX users_by_level ON users (app_manger_level, user_id) WHERE app_manger_level >= 2;
-- Search by a part of id or nickname, without regard to case.
CREATE INDEX users_by_text ON users USING gin (search_grams(lower(user_id)), search_grams(lower(nickname)));
COMMENT ON COLUMN users.app_manger_level IS
    '0 and 1 ordinary, 2 administrator, 3 notification account, 4 robot';
COMMENT ON COLUMN users.global_recv_msg_opt IS '0 receive, 1 do not receive, 2 receive without notice';
COMMENT ON COLUMN users.create_time IS 'Unix time in milliseconds';

CREATE TABLE user_commands (
    user_id text NOT NULL CHECK (user_id <> ''),
    type integer NOT NULL,
    uuid text NOT NULL,
    value text NOT NULL DEFAULT '',
    ex text NOT NULL DEFAULT '',
    create_time bigint NOT NULL,
    PRIMARY KEY (user_id, type, uuid)
);
COMMENT ON TABLE user_commands IS 'a free list of each user, favourites for example';
COMMENT ON COLUMN user_commands.create_time IS 'Unix time in milliseconds; the wire has seconds';

CREATE TABLE client_config (
    user_id text NOT NULL,
    key text NOT NULL CHECK (key <> ''),
    value text NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX client_config_by_key ON client_config (key, user_id);
COMMENT ON TABLE client_config IS 'settings that clients ask for';
COMMENT ON COLUMN client_config.user_id IS 'empty: for everybody; a setting of the user''s own comes before it';

INSERT INTO schema_registry (store, name, class, load_order, key_columns) VALUES
    ('postgres', 'users', 'record', 100, '{user_id}'),
    ('postgres', 'user_commands', 'record', 110, '{user_id, type, uuid}'),
    ('postgres', 'client_config', 'record', 120, '{user_id, key}');
