/// What a COPY TO STDOUT reads.
enum CopySource: Sendable {
    case table(PostgresIdentifier, columns: [PostgresIdentifier])
    case query(PostgresQuery)

    /// The statement, and the columns that it brings when they are asked for.
    func prepare(
        isBinary: Bool,
        needsColumns: Bool,
        _ session: PostgresSession,
        _ limits: CallLimits
    ) async throws(PostgresError) -> (sql: String, columns: CopyColumns) {
        let options = "TO STDOUT (FORMAT \(isBinary ? "binary" : "text"))"
        var found = CopyColumns(list: [])
        switch self {
        case .table(let table, let columns):
            if needsColumns { found = try await CopyColumns.of(table, columns, session, limits) }
            let list = columns.isEmpty ? "" : " (\(try columns.quotedList()))"
            return ("COPY \(try table.quoted())\(list) \(options)", found)
        case .query(let query):
            try query.validate()
            guard query.bound.count == 0 else {
                let message = "COPY takes no parameters; read the answer of such a query with withRows"
                throw PostgresError(.invalidQuery, message)
            }
            if needsColumns { found = try await CopyColumns.of(query: query.sql, session, limits) }
            return ("COPY (\(query.sql)\n) \(options)", found)
        }
    }
}
