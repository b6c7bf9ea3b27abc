import Postgres
import ServerRuntime

/// The invalidations that are owed, in Postgres: a row is written by the transaction that changes data and stays until the
/// relay has carried it out.
struct InvalidationOutbox: Sendable {
    /// One row.
    struct Entry: Sendable, Hashable {
        let id: Int64
        var keys: [String]
    }

    /// Keys of one row at the most.
    static let keysMax = CacheInvalidator.keysMax

    /// Writes rows for `keys` that come due `delay` from now.
    static func add(_ keys: [String], after delay: Duration, to transaction: PostgresTransaction) async throws {
        var rest = keys[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(self.keysMax))
            rest = rest.dropFirst(self.keysMax)
            try await transaction.execute(
                """
                INSERT INTO cache_invalidations (keys, due_at)
                VALUES (\(part)::text[], clock_timestamp() + \(Self.milliseconds(delay)) * interval '1 millisecond')
                """
            )
        }
    }

    /// The age of the oldest row; nil when there is none.
    static func oldestAge(_ postgres: PostgresClient) async throws -> Duration? {
        let rows = try await postgres.query(
            """
            SELECT (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint AS age
            FROM cache_invalidations ORDER BY id LIMIT 1
            """
        )
        return try rows.first.map { .milliseconds(try $0.decode("age", as: Int64.self)) }
    }

    /// Takes rows that are due, the longest due first, for the length of `transaction`; passes by those that others have
    /// taken.
    static func take(_ count: Int, in transaction: PostgresTransaction) async throws -> [Entry] {
        let rows = try await transaction.query(
            """
            WITH due AS (
                SELECT id, keys, due_at FROM cache_invalidations WHERE due_at <= clock_timestamp()
                ORDER BY due_at, id LIMIT \(count) FOR UPDATE SKIP LOCKED)
            SELECT due.id, key FROM due, unnest(due.keys) AS key ORDER BY due.due_at, due.id
            """,
            rowsMax: count * self.keysMax
        )
        var entries: [Entry] = []
        for row in rows {
            let id = try row.decode("id", as: Int64.self)
            if entries.last?.id != id { entries.append(Entry(id: id, keys: [])) }
            entries[entries.count - 1].keys.append(try row.decode("key"))
        }
        return entries
    }

    /// Removes rows that have been carried out.
    static func remove(_ ids: [Int64], in transaction: PostgresTransaction) async throws {
        guard !ids.isEmpty else { return }
        try await transaction.execute("DELETE FROM cache_invalidations WHERE id = ANY(\(ids)::bigint[])")
    }

    /// Lets a row come due again `delay` from now.
    static func putOff(_ id: Int64, by delay: Duration, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            UPDATE cache_invalidations
            SET due_at = clock_timestamp() + \(Self.milliseconds(delay)) * interval '1 millisecond' WHERE id = \(id)
            """
        )
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        Int64(duration / .milliseconds(1))
    }
}
