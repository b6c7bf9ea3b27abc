/// One numbered step from an empty database to the schema that a program expects.
public struct PostgresMigration: Sendable, Hashable {
    /// Its number, at least 1.
    ///
    /// Never changed and never used again.
    public var version: Int
    /// A few words on what it does.
    public var name: String
    /// One or more statements, run in one transaction, which they must not end; never changed once it was applied somewhere.
    public var sql: String

    /// A migration.
    ///
    /// `sql` comes from our own code, never from outside.
    public init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// What the database keeps to notice a text that was edited after it was applied.
    ///
    /// 16 hexadecimal digits: the 64-bit FNV-1a hash of the text's UTF-8 bytes without carriage returns, so that the line ends of
    /// a checkout do not count.
    public var checksum: String {
        let digits = String(StableHash.fnv1a(self.sql.utf8.lazy.filter { $0 != 0x0D }), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
