-- What has changed since a client last asked. A log has one head, and of each element its latest change.
CREATE TABLE version_log_heads (
    log smallint NOT NULL CHECK (log BETWEEN 1 AND 4),
    key text NOT NULL CHECK (key <> ''),
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{24}$' AND id <> '000000000000000000000000'),
    version bigint NOT NULL CHECK (version >= 1),
    deleted bigint NOT NULL DEFAULT 0 CHECK (deleted BETWEEN 0 AND version),
    last_update bigint NOT NULL,
    PRIMARY KEY (log, key)
) WITH (fillfactor = 80);
COMMENT ON COLUMN version_log_heads.log IS
    '1 friends of a user, 2 members of a group, 3 groups that a user has joined, 4 conversations of a user';
COMMENT ON COLUMN version_log_heads.key IS 'the user or the group';
COMMENT ON COLUMN version_log_heads.id IS 'version id: 12 bytes in hex, new for each life of the log';
COMMENT ON COLUMN version_log_heads.version IS 'rises by one with each append';
COMMENT ON COLUMN version_log_heads.deleted IS 'entries up to this version may be missing: whoever is there or below needs all';
COMMENT ON COLUMN version_log_heads.last_update IS 'Unix time in milliseconds';

CREATE TABLE version_log_entries (
    log smallint NOT NULL,
    key text NOT NULL,
    element text NOT NULL,
    state smallint NOT NULL CHECK (state IN (1, 2, 3)),
    version bigint NOT NULL CHECK (version >= 1),
    place integer NOT NULL,
    last_update bigint NOT NULL,
    PRIMARY KEY (log, key, element),
    FOREIGN KEY (log, key) REFERENCES version_log_heads ON DELETE CASCADE
);
CREATE UNIQUE INDEX version_log_entries_in_order ON version_log_entries (log, key, version, place);
COMMENT ON COLUMN version_log_entries.element IS
    'user, group or conversation; empty: the group itself; ____S_O_R_T_I_D____: the order of the list';
COMMENT ON COLUMN version_log_entries.state IS '1 insert, 2 delete, 3 update';
COMMENT ON COLUMN version_log_entries.place IS 'from 1, the order of the elements of one append';
COMMENT ON COLUMN version_log_entries.last_update IS 'Unix time in milliseconds';

CREATE FUNCTION version_log_append(log_ smallint, keys text[], elements text[], state_ smallint, now_ bigint)
    RETURNS TABLE (key text, id text, version bigint)
    LANGUAGE sql VOLATILE
    BEGIN ATOMIC
        -- The upsert of a head locks it to the end of the transaction, so writers of a log follow each other. Heads go
        -- in the order of their keys, so that writers of several logs do not wait for each other in a ring.
        WITH heads AS (
            INSERT INTO version_log_heads AS head (log, key, id, version, last_update)
            SELECT log_, chosen.key,
                lpad(to_hex((now_ / 1000) & x'ffffffff'::bigint), 8, '0')
                    || right(replace(gen_random_uuid()::text, '-', ''), 16),
                1, now_
            FROM (SELECT DISTINCT unnest(keys) AS key ORDER BY key) AS chosen
            WHERE cardinality(elements) > 0
            ON CONFLICT (log, key) DO UPDATE SET version = head.version + 1, last_update = excluded.last_update
            RETURNING head.key, head.id, head.version
        ), entries AS (
            INSERT INTO version_log_entries AS entry (log, key, element, state, version, place, last_update)
            SELECT log_, heads.key, chosen.element, state_, heads.version, chosen.place, now_
            FROM heads, (
                SELECT element, min(place)::integer AS place
                FROM unnest(elements) WITH ORDINALITY AS given (element, place) GROUP BY element
            ) AS chosen
            ON CONFLICT (log, key, element) DO UPDATE
            SET state = excluded.state, version = excluded.version, place = excluded.place,
                last_update = excluded.last_update
        )
        SELECT heads.key, heads.id, heads.version FROM heads;
    END;
COMMENT ON FUNCTION version_log_append IS
    'appends one version to the log of each key: all elements, with this state, at now_ (Unix milliseconds); returns the
    heads; without elements nothing happens';

INSERT INTO schema_registry (store, name, class, load_order, key_columns) VALUES
    ('postgres', 'version_log_heads', 'record', 500, '{log, key}'),
    ('postgres', 'version_log_entries', 'record', 510, '{log, key, element}');
