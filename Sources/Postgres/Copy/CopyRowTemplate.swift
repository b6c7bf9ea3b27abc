import CPq
import Glibc

/// A result without rows that says which columns the rows of a COPY have.
///
/// Unchecked because a `PGresult` that nobody changes may be read by any thread (libpq manual, "Behavior in Threaded
/// Programs").
final class CopyRowTemplate: @unchecked Sendable {
    private let raw: OpaquePointer
    let columnCount: Int

    /// - Throws: `.connectionLost` when there is no memory.
    init(_ columns: CopyColumns) throws(PostgresError) {
        self.columnCount = columns.list.count
        guard let raw = PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK) else { throw Self.noMemory }
        self.raw = raw
        guard !columns.list.isEmpty else { return }
        var attributes = columns.list.map { column in
            PGresAttDesc(
                name: strdup(column.name),
                tableid: 0,
                columnid: 0,
                format: 1,
                typid: column.type.oid,
                typlen: -1,
                atttypmod: -1
            )
        }
        defer { for attribute in attributes { free(attribute.name) } }
        guard PQsetResultAttrs(raw, Int32(clamping: attributes.count), &attributes) != 0 else { throw Self.noMemory }
    }

    deinit {
        PQclear(self.raw)
    }

    /// A result with these columns, to be filled.
    func makeRows() throws(PostgresError) -> CopyRows {
        guard let raw = PQcopyResult(self.raw, PG_COPYRES_ATTRS) else { throw Self.noMemory }
        return CopyRows(takingOwnershipOf: raw)
    }

    static var noMemory: PostgresError {
        PostgresError(.connectionLost, "libpq has no memory for rows")
    }
}
