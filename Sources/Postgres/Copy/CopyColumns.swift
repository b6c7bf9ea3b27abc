/// The columns of a COPY.
struct CopyColumns: Sendable {
    /// One of them.
    struct Column: Sendable {
        let name: String
        /// What it holds; that below a domain.
        let type: PostgresType
    }

    let list: [Column]

    /// The columns that COPY has without a list, or those of `names`; none when there is no such table.
    ///
    /// Asks the catalogue, which everybody may read; a name that is no column is left to COPY to complain of.
    static func of(
        _ table: PostgresIdentifier,
        _ names: [PostgresIdentifier],
        _ session: PostgresSession,
        _ limits: CallLimits
    ) async throws(PostgresError) -> CopyColumns {
        let quoted = try table.quoted()
        let result = try await session.run(
            """
            SELECT a.attname::text, COALESCE(NULLIF(t.typbasetype, 0), a.atttypid)::int8
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = pg_catalog.to_regclass(\(quoted)) AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attgenerated = ''
            ORDER BY a.attnum
            """,
            limits
        )
        var found: [Column] = []
        for row in PostgresRows(result) {
            let (name, oid) = try row.decode((String, Int64).self)
            found.append(Column(name: name, type: PostgresType(oid: UInt32(truncatingIfNeeded: oid))))
        }
        guard !names.isEmpty else { return CopyColumns(list: found) }
        return CopyColumns(
            list: names.map { identifier in
                found.first { $0.name == identifier.name } ?? Column(name: identifier.name, type: PostgresType(oid: 0))
            }
        )
    }

    /// The columns of a query's answer.
    static func of(
        query sql: String,
        _ session: PostgresSession,
        _ limits: CallLimits
    ) async throws(PostgresError) -> CopyColumns {
        let query = PostgresQuery(unsafeSQL: "SELECT * FROM (\(sql)\n) AS copied LIMIT 0")
        let result = try await session.run(query, isPrepared: false, limits)
        return CopyColumns(
            list: (0..<result.columnCount).map { index in
                Column(name: result.columnName(index), type: PostgresType(oid: result.columnType(index)))
            }
        )
    }

    /// The types that values must have, for a quick comparison; 0 takes any.
    var accepted: [PostgresType] {
        self.list.map { column in
            switch column.type {
            case .varchar, .blankPadded, .name, .json, .xml: .text
            case let type: type.isBuiltIn ? type : PostgresType(oid: 0)
            }
        }
    }
}
