-- Which tables and collections exist, for backup, restore and erasure. A migration that makes a table registers it.
CREATE TABLE schema_registry (
    store text NOT NULL CHECK (store IN ('postgres', 'mongodb')),
    name text NOT NULL CHECK (name <> ''),
    class text NOT NULL CHECK (class IN ('record', 'derived', 'queue', 'local')),
    load_order integer NOT NULL,
    key_columns text[] NOT NULL CHECK (cardinality(key_columns) > 0),
    PRIMARY KEY (store, name),
    UNIQUE (store, load_order)
);
COMMENT ON TABLE schema_registry IS 'the tables of this database and the collections of the history';
COMMENT ON COLUMN schema_registry.class IS
    'record: the home of its data; derived: can be made again from records; queue: work that is waiting;
    local: describes this database or its place in the logs, never copied';
COMMENT ON COLUMN schema_registry.load_order IS 'a restore loads rising, so that rows come after those they refer to';
COMMENT ON COLUMN schema_registry.key_columns IS 'what tells the rows of the table apart, in order';

INSERT INTO schema_registry (store, name, class, load_order, key_columns) VALUES
    ('postgres', 'schema_migrations', 'local', 10, '{version}'),
    ('postgres', 'schema_registry', 'local', 20, '{store, name}'),
    ('mongodb', 'msg', 'record', 10, '{doc_id}'),
    ('mongodb', 'seq', 'record', 20, '{conversation_id}'),
    ('mongodb', 'pipeline', 'local', 30, '{_id}');
