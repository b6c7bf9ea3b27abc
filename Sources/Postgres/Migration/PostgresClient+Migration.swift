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
    /// - Throws: `.schemaTooNew` when the database has a migration that is not in the list, before anything is changed;
    ///   `.invalidMigrations`; errors of the server, after which the migrations before the failed one stay applied.
    public func migrate(
        _ migrations: [PostgresMigration],
        deadline: Deadline? = nil
    ) async throws(PostgresError) {
        let plan = try MigrationPlan(migrations)
        let deadline = deadline ?? .after(.seconds(600))
        do {
            try await self.transaction(deadline: deadline) { transaction in
                try await plan.prepare(transaction)
            }
            for migration in migrations {
                try await self.transaction(deadline: deadline) { transaction in
                    try await plan.apply(migration, transaction)
                }
            }
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.cancelled, "cancelled during the migrations", cause: error)
        }
    }
}
