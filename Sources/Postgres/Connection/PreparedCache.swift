/// Which statements one connection's session has prepared; no I/O.
///
/// A statement is known by its text and the types of its parameters. When `limit` are kept, the one that was used longest
/// ago makes room.
struct PreparedCache {
    /// The name of a statement in the session.
    typealias Name = String

    private struct Entry {
        let name: Name
        let types: [PostgresType]
        var lastUse: UInt64
    }

    private let limit: Int
    private var entries: [String: [Entry]] = [:]
    private var uses: UInt64 = 0
    private var named: UInt64 = 0
    private(set) var count = 0
    /// Statements that are forgotten here and not yet in the session.
    private var forgotten: [Name] = []

    init(limit: Int) {
        self.limit = limit
    }

    var isEnabled: Bool { self.limit > 0 }

    /// The name of the statement, if it is prepared.
    mutating func name(of sql: String, _ types: [PostgresType]) -> Name? {
        guard let index = self.entries.index(forKey: sql) else { return nil }
        self.uses += 1
        for position in self.entries.values[index].indices
        where self.entries.values[index][position].types == types {
            self.entries.values[index][position].lastUse = self.uses
            return self.entries.values[index][position].name
        }
        return nil
    }

    /// Notes that the statement is going to be prepared; returns the name to give it.
    mutating func insert(_ sql: String, _ types: [PostgresType]) -> Name {
        if self.count >= self.limit { self.evict() }
        self.uses += 1
        self.named += 1
        let name = "s\(self.named)"
        let entry = Entry(name: name, types: types, lastUse: self.uses)
        self.entries[sql, default: []].append(entry)
        self.count += 1
        return name
    }

    /// Forgets a statement that could not be prepared: the session does not have it.
    mutating func remove(_ sql: String, name: Name) {
        guard let before = self.entries[sql] else { return }
        let after = before.filter { $0.name != name }
        self.entries[sql] = after.isEmpty ? nil : after
        self.count -= before.count - after.count
    }

    /// Forgets a text, whose statements the session has, so that it is prepared anew.
    mutating func forget(_ sql: String) {
        guard let gone = self.entries.removeValue(forKey: sql) else { return }
        self.count -= gone.count
        self.forgotten += gone.map(\.name)
    }

    /// Forgets all: the session has none any more.
    mutating func clear() {
        self.entries = [:]
        self.forgotten = []
        self.count = 0
    }

    /// A statement to be dropped from the session.
    mutating func takeForgotten() -> Name? {
        self.forgotten.popLast()
    }

    private mutating func evict() {
        var oldest: (sql: String, entry: Entry)?
        for (sql, entries) in self.entries {
            for entry in entries where entry.lastUse < oldest?.entry.lastUse ?? .max { oldest = (sql, entry) }
        }
        guard let oldest else { return }
        self.remove(oldest.sql, name: oldest.entry.name)
        self.forgotten.append(oldest.entry.name)
    }
}
