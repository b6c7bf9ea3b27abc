public import ServerRuntime

extension PostgresTransaction {
    /// Waits for an advisory lock, which is held to the end of the transaction.
    ///
    /// - Parameters:
    ///   - key: a number or a name.
    ///   - mode: whether others may hold it in shared mode too.
    ///   - deadline: never later than that of the transaction, which is the default.
    /// - Throws: `.timeout` when somebody else has it until then; `.deadlock`.
    public func advisoryLock(
        _ key: PostgresAdvisoryLockKey,
        mode: PostgresAdvisoryLockMode = .exclusive,
        deadline: Deadline? = nil
    ) async throws(PostgresError) {
        let function = "pg_advisory_xact_lock\(mode.suffix)"
        try await self.query("SELECT \(unescaped: function)(\(key.number))", deadline: deadline)
    }

    /// Takes an advisory lock until the end of the transaction, if it is free now.
    ///
    /// - Parameters:
    ///   - key: a number or a name.
    ///   - mode: whether others may hold it in shared mode too.
    /// - Returns: whether the transaction has it.
    /// - Throws: as `query`.
    public func tryAdvisoryLock(
        _ key: PostgresAdvisoryLockKey,
        mode: PostgresAdvisoryLockMode = .exclusive
    ) async throws(PostgresError) -> Bool {
        let function = "pg_try_advisory_xact_lock\(mode.suffix)"
        let rows = try await self.query("SELECT \(unescaped: function)(\(key.number))")
        return try rows.first?.decode(at: 0) ?? false
    }
}
