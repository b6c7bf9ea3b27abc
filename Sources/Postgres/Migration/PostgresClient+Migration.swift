public import ServerRuntime

extension PostgresClient {
    /// Applies the migrations that the database does not have yet, in order, each in a transaction of its own.
    ///
    /// What was applied is recorded in the table `schema_migrations`. An advisory lock lets any number of processes
    /// call this at once; each migration is applied by one of them.
    ///
    /// - Parameters:
    ///   - migrations: all migrations of the program, strictly rising from 1 or more.
    ///   - deadline: covers everything; default ten minutes from now.
    /// - Returns: those that this call applied.
    /// - Throws: `.schemaTooNew` when the database has a newer migration than the list, before anything is changed;
    ///   `.invalidMigrations` for an applied one that was edited or is missing, and for a new one below it; errors of the
    ///   server, after which the migrations before the failed one stay applied.
    @discardableResult
    public func migrate(
        _ migrations: [PostgresMigration],
        deadline: Deadline? = nil
    ) async throws(PostgresError) -> [PostgresMigration] {
        let plan = try MigrationPlan(migrations)
        let deadline = deadline ?? .after(.seconds(600))
        return try await self.migrating { () async throws in
            let pending = try await self.transaction(deadline: deadline) { transaction in
                try await plan.prepare(transaction)
            }
            var applied: [PostgresMigration] = []
            for migration in pending {
                let isApplied = try await self.transaction(deadline: deadline) { transaction in
                    try await plan.apply(migration, transaction)
                }
                if isApplied { applied.append(migration) }
            }
            return applied
        }
    }

    /// Tells which migrations `migrate` would apply, and changes nothing: it does not even make its table.
    ///
    /// - Parameters:
    ///   - migrations: all migrations of the program, strictly rising from 1 or more.
    ///   - deadline: default `statementTimeout` from now.
    /// - Returns: those that the database does not have, in order.
    /// - Throws: as `migrate`, before it changes anything.
    public func migrationPlan(
        _ migrations: [PostgresMigration],
        deadline: Deadline? = nil
    ) async throws(PostgresError) -> [PostgresMigration] {
        let plan = try MigrationPlan(migrations)
        return try await self.migrating { () async throws in
            try await self.transaction(isolation: .repeatableRead, access: .readOnly, deadline: deadline) {
                try await plan.look($0)
            }
        }
    }

    private nonisolated(nonsending) func migrating<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws(PostgresError) -> Result {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.cancelled, "cancelled during the migrations", cause: error)
        }
    }
}
