/// The steps of `migrate`, each inside a transaction that holds the advisory lock to its end.
struct MigrationPlan: Sendable {
    /// Any number will do as long as all versions of all programs on one database use the same: "migrate!" in ASCII.
    private static let lockKey: PostgresAdvisoryLockKey = 0x6D69_6772_6174_6521
    private static let createTable: PostgresQuery = """
        CREATE TABLE schema_migrations (
            version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), checksum text)
        """
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

    /// Makes the table, refuses what does not fit, and returns what is to be applied.
    func prepare(_ transaction: PostgresTransaction) async throws(PostgresError) -> [PostgresMigration] {
        try await transaction.advisoryLock(Self.lockKey)
        // Asked first: a role that may only look at it can start a server on a schema that is up to date.
        let state = try await Self.state(transaction)
        if !state.hasTable { try await transaction.execute(Self.createTable) }
        if state.hasTable, !state.hasChecksums {
            try await transaction.execute("ALTER TABLE schema_migrations ADD COLUMN checksum text")
        }
        let applied = try await AppliedMigrations(transaction)
        let pending = try self.pending(applied)
        for migration in self.migrations where applied.checksums[migration.version] == .some(nil) {
            let (version, checksum) = (migration.version, migration.checksum)
            try await transaction.execute(
                "UPDATE schema_migrations SET checksum = \(checksum) WHERE version = \(version)"
            )
        }
        return pending
    }

    /// What `prepare` would return, without changing anything.
    func look(_ transaction: PostgresTransaction) async throws(PostgresError) -> [PostgresMigration] {
        guard try await Self.state(transaction).hasTable else { return self.migrations }
        return try self.pending(try await AppliedMigrations(transaction))
    }

    /// Applies `migration` unless it is recorded; returns whether it was applied now.
    func apply(_ migration: PostgresMigration, _ transaction: PostgresTransaction) async throws(PostgresError) -> Bool {
        try await transaction.advisoryLock(Self.lockKey)
        let applied = try await AppliedMigrations(transaction)
        guard try self.pending(applied).contains(migration) else { return false }
        let before = try await Self.number(of: transaction)
        do throws(PostgresError) {
            try await transaction.session.executeScript(migration.sql)
        } catch {
            var error = error
            error.message = "migration \(migration.version) (\(migration.name)): \(error.message)"
            throw error
        }
        guard try await Self.number(of: transaction) == before else {
            let message =
                "migration \(migration.version) (\(migration.name)) ended its own transaction; it is not recorded"
            throw PostgresError(.invalidMigrations, message)
        }
        let (version, name, checksum) = (migration.version, migration.name, migration.checksum)
        try await transaction.execute(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES (\(version), \(name), \(checksum))"
        )
        return true
    }

    /// What a database with these has to be brought.
    ///
    /// - Throws: `.schemaTooNew` for an applied version that is newer than all of ours; `.invalidMigrations` for an applied
    ///   one that is missing here or was edited, and for one of ours that was slipped in below one that is applied.
    func pending(_ applied: AppliedMigrations) throws(PostgresError) -> [PostgresMigration] {
        let known = Set(self.migrations.map(\.version))
        let newest = self.migrations.last?.version ?? 0
        for version in applied.checksums.keys.sorted(by: >) where !known.contains(version) {
            guard version < newest else {
                let message = "the database has migration \(version), which this program does not know"
                throw PostgresError(.schemaTooNew, message)
            }
            let message = "migration \(version) is applied and missing in this program, which has newer ones"
            throw PostgresError(.invalidMigrations, message)
        }
        let newestApplied = applied.checksums.keys.max() ?? 0
        var pending: [PostgresMigration] = []
        for migration in self.migrations {
            let title = "migration \(migration.version) (\(migration.name))"
            guard let checksum = applied.checksums[migration.version] else {
                guard migration.version > newestApplied else {
                    let message = "\(title) comes too late: \(newestApplied) is applied already"
                    throw PostgresError(.invalidMigrations, message)
                }
                pending.append(migration)
                continue
            }
            guard checksum == nil || checksum == migration.checksum else {
                throw PostgresError(.invalidMigrations, "\(title) was edited after it had been applied")
            }
        }
        return pending
    }

    /// What there is of the table.
    private static func state(
        _ transaction: PostgresTransaction
    ) async throws(PostgresError) -> (hasTable: Bool, hasChecksums: Bool) {
        let rows = try await transaction.query(
            """
            SELECT to_regclass('schema_migrations') IS NOT NULL, EXISTS (
                SELECT FROM pg_attribute
                WHERE attrelid = to_regclass('schema_migrations') AND attname = 'checksum' AND NOT attisdropped)
            """
        )
        guard let row = rows.first else { return (false, false) }
        let (hasTable, hasChecksums) = try row.decode((Bool, Bool).self)
        return (hasTable, hasChecksums)
    }

    /// The number of the transaction that is really open.
    private static func number(of transaction: PostgresTransaction) async throws(PostgresError) -> String? {
        try await transaction.query("SELECT pg_current_xact_id()::text").first?.decode(at: 0)
    }
}
