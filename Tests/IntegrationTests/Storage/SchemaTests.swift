import IMStorage
import Postgres
import TestKit
import Testing

/// The schema as a whole, on databases of their own.
@Suite(.enabled(if: Stack.postgres.isUp, "scripts/stack up postgres"), .timeLimit(.minutes(5)))
struct SchemaTests {
    /// Every table of the database but the parts of partitioned ones.
    private static let tables: PostgresQuery = """
        SELECT relname::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
        """

    @Test func `the steps go from an empty database to the schema, also when several servers start at once`()
        async throws
    {
        try await withEmptyDatabase { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await client.migrate(SchemaMigrations.all) } }
                try await group.waitForAll()
            }
            let applied = try await client.number("SELECT count(*) FROM schema_migrations")
            #expect(applied == Int64(SchemaMigrations.all.count))
            let tables = try await client.strings(Self.tables)
            #expect(tables.contains("users"))
            #expect(tables.contains("messages"))
        }
    }

    @Test func `every table is registered with its key, and nothing else is`() async throws {
        try await withSchema { client in
            let tables = try await client.strings(Self.tables)
            let registered = try await client.strings(
                "SELECT name FROM schema_registry WHERE store = 'postgres' ORDER BY name COLLATE \"C\""
            )
            #expect(registered == tables.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            // The key of a table is its primary key; that of the archive is the one of its partitions.
            let unlike = try await client.strings(
                """
                SELECT name FROM schema_registry WHERE store = 'postgres' AND key_columns IS DISTINCT FROM (
                    SELECT array_agg(attname::text ORDER BY place)
                    FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS part (number, place), pg_attribute
                    WHERE contype = 'p' AND attrelid = conrelid AND attnum = number
                        AND conrelid = (CASE name WHEN 'messages' THEN 'messages_default' ELSE name END)::regclass)
                """
            )
            #expect(unlike == [])
        }
    }

    @Test func `rows are loaded after those that they refer to`() async throws {
        try await withSchema { client in
            let wrong = try await client.number(
                """
                SELECT count(*) FROM pg_constraint
                JOIN schema_registry AS child ON child.name = conrelid::regclass::text
                JOIN schema_registry AS parent ON parent.name = confrelid::regclass::text
                WHERE contype = 'f' AND parent.load_order >= child.load_order
                """
            )
            #expect(wrong == 0)
        }
    }

    @Test func `every column that holds a time says its unit`() async throws {
        try await withSchema { client in
            let silent = try await client.strings(
                """
                SELECT attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                    AND attnum > 0 AND atttypid = 'bigint'::regtype
                    AND (attname LIKE '%time' OR attname = 'last_update')
                    AND coalesce(col_description(attrelid, attnum), '') !~ '(milliseconds|seconds)'
                """
            )
            #expect(silent == [])
        }
    }
}
