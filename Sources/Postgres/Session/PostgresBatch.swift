/// One statement and the many sets of values that it is run with, in one pipeline.
struct PostgresBatch: Sendable {
    let sql: String
    let sets: PostgresParameterSets

    /// A batch of queries that differ in their values only.
    ///
    /// - Throws: `.invalidQuery` when their texts or the types of their values differ, and for one that cannot be sent.
    init(_ queries: [PostgresQuery]) throws(PostgresError) {
        let sql = queries.first?.sql ?? ""
        for query in queries {
            try query.validate()
            guard query.sql == sql else { throw PostgresError(.invalidQuery, "the texts of the statements differ") }
        }
        try self.init(sql: sql, queries) { query, values in values.append(contentsOf: query.bound) }
    }

    /// A batch of one text with the values that `bind` appends for each element.
    ///
    /// - Throws: as above.
    init<Element>(
        sql: String,
        _ elements: some Sequence<Element>,
        _ bind: (Element, inout PostgresValues) -> Void
    ) throws(PostgresError) {
        try PostgresQuery(unsafeSQL: sql).validate()
        self.sql = sql
        self.sets = try PostgresParameterSets(elements, bind)
        guard self.sets.types.count <= Int(UInt16.max) else {
            throw PostgresError(.invalidQuery, "\(self.sets.types.count) parameters; 65535 are allowed")
        }
    }

    /// The group to send; `nil` when there is nothing to send.
    func group(rowsMax: Int, prefix: String? = nil) -> StatementGroup? {
        guard self.sets.count > 0 else { return nil }
        return StatementGroup(body: .repeated(sql: self.sql, self.sets), prefix: prefix, rowsMax: rowsMax)
    }
}
