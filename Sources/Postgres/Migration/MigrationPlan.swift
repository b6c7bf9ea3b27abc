/// The steps of `migrate`, each inside a transaction that holds the advisory lock to its end.
struct MigrationPlan: Sendable {
    /// Any number will do as long as all versions of all programs on one database use the same: "migrate!" in ASCII.
    private static let lockKey: Int64 = 0x6D69_6772_6174_6521
    private let migrations: [PostgresMigration]

    /// - Throws: `.invalidMigrations` when the versions do not rise strictly from 1 or more.
    init(_ migrations: [PostgresMigration]) throws(PostgresError) {
        var previous = 0
        for migration in migrations {
            guard migration.version > previous else {
                let message = "migration \(migration.version) (\(migration.name)) does not follow \(previous)"
                throw PostgresError(.invalidMigrations, message)
            }
            previous = migration.version
        }
        self.migrations = migrations
    }

    /// Makes the table and refuses a schema that is newer than the program.
    func prepare(_ transaction: PostgresTransaction) async throws(PostgresError) {
        try await self.lock(transaction)
        try await transaction.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
            """
        )
        try self.check(applied: try await self.applied(transaction))
    }

    /// Applies `migration` unless it is recorded.
    func apply(_ migration: PostgresMigration, _ transaction: PostgresTransaction) async throws(PostgresError) {
        try await self.lock(transaction)
        let applied = try await self.applied(transaction)
        try self.check(applied: applied)
        guard !applied.contains(migration.version) else { return }
        try await transaction.session.executeScript(migration.sql)
        let (version, name) = (migration.version, migration.name)
        try await transaction.execute("INSERT INTO schema_migrations (version, name) VALUES (\(version), \(name))")
    }

    /// - Throws: `.schemaTooNew` for an applied version that is not ours; `.invalidMigrations` for a version of ours
    ///   that was slipped in below one that is applied.
    func check(applied: Set<Int>) throws(PostgresError) {
        let known = Set(self.migrations.map(\.version))
        if let unknown = applied.subtracting(known).max() {
            throw PostgresError(
                .schemaTooNew,
                "the database has migration \(unknown), which this program does not know"
            )
        }
        if let newest = applied.max(), let late = known.subtracting(applied).filter({ $0 < newest }).min() {
            throw PostgresError(.invalidMigrations, "migration \(late) comes too late: \(newest) is applied already")
        }
    }

    private func lock(_ transaction: PostgresTransaction) async throws(PostgresError) {
        try await transaction.query("SELECT pg_advisory_xact_lock(\(Self.lockKey))")
    }

    private func applied(_ transaction: PostgresTransaction) async throws(PostgresError) -> Set<Int> {
        var versions: Set<Int> = []
        for row in try await transaction.query("SELECT version FROM schema_migrations") {
            versions.insert(try row.decode(at: 0))
        }
        return versions
    }
}
