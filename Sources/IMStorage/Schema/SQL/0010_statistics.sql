-- Messages a day, counted when they are archived, in the same transaction. Notification streams do not count.
-- Days are UTC; `day` is the Unix time in milliseconds of their beginning.

CREATE TABLE message_counts_by_user (
    day bigint NOT NULL,
    send_id text NOT NULL,
    partition integer NOT NULL,
    single_messages bigint NOT NULL,
    group_messages bigint NOT NULL,
    PRIMARY KEY (day, send_id, partition)
) WITH (fillfactor = 80);
COMMENT ON COLUMN message_counts_by_user.partition IS
    'of toMongo: archivers of different partitions do not wait for each other; sum over it';

CREATE TABLE message_counts_by_group (
    day bigint NOT NULL,
    group_id text NOT NULL,
    messages bigint NOT NULL,
    PRIMARY KEY (day, group_id)
) WITH (fillfactor = 80);

INSERT INTO schema_registry (store, name, class, load_order, key_columns) VALUES
    ('postgres', 'message_counts_by_user', 'derived', 800, '{day, send_id, partition}'),
    ('postgres', 'message_counts_by_group', 'derived', 810, '{day, group_id}');
