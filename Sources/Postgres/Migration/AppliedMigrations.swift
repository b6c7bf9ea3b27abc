/// What a database says of the migrations that it has.
struct AppliedMigrations: Sendable {
    /// The checksum of each version; nil where none was kept.
    private(set) var checksums: [Int: String?] = [:]

    /// Reads the table; works on one without checksums too.
    init(_ transaction: PostgresTransaction) async throws(PostgresError) {
        let rows = try await transaction.query(
            "SELECT version, to_jsonb(applied) ->> 'checksum' FROM schema_migrations AS applied"
        )
        for row in rows {
            let (version, checksum) = try row.decode((Int, String?).self)
            self.checksums[version] = .some(checksum)
        }
    }

    /// What a database says that has these.
    init(_ checksums: [Int: String?]) {
        self.checksums = checksums
    }

    var isEmpty: Bool { self.checksums.isEmpty }

    func contains(_ migration: PostgresMigration) -> Bool {
        self.checksums.keys.contains(migration.version)
    }
}
