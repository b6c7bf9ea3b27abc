-- Every message, in a partition for each month of its send_time (UTC).
--
-- The primary key is that of each partition, not of the whole, so that it need not hold send_time: a second message of
-- the same conversation and seq is refused whatever its time inside the month. Across months `archive_heads` keeps it
-- out. Partitions are made by archive_make_months() only.
CREATE TABLE messages (
    conversation_id text NOT NULL,
    seq bigint NOT NULL CHECK (seq >= 1),
    client_msg_id text NOT NULL,
    server_msg_id text NOT NULL,
    send_id text NOT NULL,
    recv_id text NOT NULL,
    group_id text NOT NULL,
    session_type integer NOT NULL,
    content_type integer NOT NULL,
    send_time bigint NOT NULL,
    search_text text NOT NULL,
    record bytea NOT NULL
) PARTITION BY RANGE (send_time);
CREATE INDEX messages_by_sender ON messages (send_id, send_time);
CREATE INDEX messages_by_receiver ON messages ((CASE WHEN group_id = '' THEN recv_id ELSE group_id END), send_time);
-- By UTC day. On the day and not on send_time itself: a search for text between two times would join this index, which
-- only knows pages, with that of the text, and compute the grams of whole pages.
CREATE INDEX messages_by_day ON messages USING brin ((send_time / 86400000))
    WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX messages_by_text ON messages USING gin (search_grams(search_text)) WHERE search_text <> '';
COMMENT ON TABLE messages IS 'all messages as they were sent; the history has what became of them since';
COMMENT ON COLUMN messages.send_time IS 'Unix time in milliseconds';
COMMENT ON COLUMN messages.search_text IS
    'what a person reads of the message, folded by the server (case, white space) and cut; empty: nothing to search';
COMMENT ON COLUMN messages.record IS
    'the whole message, openim.sdkws.MsgData in protobuf; the columns beside it are for look-ups';

-- Takes what no month covers: odd send times, and everything when the making of months has stopped.
CREATE TABLE messages_default PARTITION OF messages DEFAULT;
ALTER TABLE messages_default ADD PRIMARY KEY (conversation_id, seq);

CREATE TABLE archive_positions (
    partition integer PRIMARY KEY,
    next bigint NOT NULL,
    epoch bigint
);
COMMENT ON TABLE archive_positions IS 'how far the archive has followed each partition of toMongo';
COMMENT ON COLUMN archive_positions.next IS 'the next offset to read';
COMMENT ON COLUMN archive_positions.epoch IS 'offset of the last claim before next; NULL before the first';

CREATE TABLE archive_heads (
    conversation_id text PRIMARY KEY,
    seq bigint NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE archive_heads IS
    'the greatest archived seq of each conversation: seqs come in rising order, so what is not above it is a repetition';

CREATE FUNCTION archive_make_months(from_ms bigint, months integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE STRICT SET lock_timeout = '5s' AS $$
DECLARE
    month timestamp := date_trunc('month', to_timestamp(from_ms / 1000) AT TIME ZONE 'UTC');
    low bigint;
    high bigint;
    partition text;
    made integer := 0;
BEGIN
    FOR step IN 1..months LOOP
        partition := 'messages_' || to_char(month, 'YYYY_MM');
        low := extract(epoch FROM month AT TIME ZONE 'UTC')::bigint * 1000;
        month := month + interval '1 month';
        high := extract(epoch FROM month AT TIME ZONE 'UTC')::bigint * 1000;
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        -- One maker at a time, and no writer meanwhile: one that has chosen the default partition already would fail.
        -- In this order everywhere: first the whole, then the default partition.
        LOCK TABLE ONLY messages IN SHARE ROW EXCLUSIVE MODE;
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        LOCK TABLE messages_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE %I (LIKE messages INCLUDING ALL EXCLUDING INDEXES)', partition);
        -- What came while the month was missing.
        EXECUTE format(
            'WITH moved AS (DELETE FROM messages_default WHERE send_time >= %s AND send_time < %s RETURNING *)
             INSERT INTO %I SELECT * FROM moved', low, high, partition);
        EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (conversation_id, seq)', partition);
        EXECUTE format('ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', partition, low, high);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
COMMENT ON FUNCTION archive_make_months IS
    'makes the missing partitions of so many months, beginning with that of from_ms (Unix milliseconds), and returns how
    many; safe to call from anywhere at any time, fails when writers do not let it in for 5 s. A detached table that still
    has the name of its month is left alone';

INSERT INTO schema_registry (store, name, class, load_order, key_columns) VALUES
    ('postgres', 'messages', 'derived', 700, '{conversation_id, seq}'),
    ('postgres', 'archive_heads', 'derived', 710, '{conversation_id}'),
    ('postgres', 'archive_positions', 'local', 720, '{partition}');
