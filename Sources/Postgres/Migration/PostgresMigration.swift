/// One numbered step from an empty database to the schema that a program expects.
public struct PostgresMigration: Sendable, Hashable {
    /// Its number, at least 1.
    ///
    /// Never changed and never used again.
    public var version: Int
    /// A few words on what it does.
    public var name: String
    /// One or more statements, run in one transaction.
    public var sql: String

    /// A migration.
    ///
    /// `sql` comes from our own code, never from outside.
    public init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}
