/// Names and types of the columns of one answer, shared by its rows.
final class PostgresColumns: Sendable {
    let names: [String]
    let types: [PostgresType]
    private let indexes: [String: Int]

    init(names: [String], types: [PostgresType]) {
        self.names = names
        self.types = types
        // As in libpq's PQfnumber, the first of several equal names wins.
        self.indexes = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    func index(of name: String) -> Int? {
        self.indexes[name]
    }
}
