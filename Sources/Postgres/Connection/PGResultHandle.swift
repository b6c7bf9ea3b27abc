import CPq

/// Sole owner of a `PGresult`.
struct PGResultHandle: ~Copyable {
    private let raw: OpaquePointer

    init(takingOwnershipOf raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        PQclear(self.raw)
    }

    var status: ExecStatusType {
        PQresultStatus(self.raw)
    }

    /// The number in the command tag; 0 when it has none.
    var affectedRows: Int {
        Int(String(cString: PQcmdTuples(self.raw))) ?? 0
    }

    /// The command tag, such as `COMMIT` or `INSERT 0 1`.
    var commandTag: String {
        String(cString: PQcmdStatus(self.raw))
    }

    var columns: PostgresColumns {
        let indexes = 0..<PQnfields(self.raw)
        return PostgresColumns(
            names: indexes.map { PQfname(self.raw, $0).map { String(cString: $0) } ?? "" },
            types: indexes.map { PostgresType(oid: PQftype(self.raw, $0)) }
        )
    }

    /// Copies row `index` out of the result.
    func row(_ index: Int32, columns: PostgresColumns) -> PostgresRow {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>?] = []
        ranges.reserveCapacity(columns.names.count)
        for column in 0..<PQnfields(self.raw) {
            guard PQgetisnull(self.raw, index, column) == 0, let value = PQgetvalue(self.raw, index, column) else {
                ranges.append(nil)
                continue
            }
            let start = bytes.count
            let length = Int(PQgetlength(self.raw, index, column))
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
            ranges.append(start..<bytes.count)
        }
        return PostgresRow(columns: columns, bytes: bytes, ranges: ranges)
    }

    /// The error report of a result whose status is an error.
    var serverFields: PostgresError.ServerFields {
        PostgresError.ServerFields(
            severity: self.field("V") ?? self.field("S") ?? "",
            sqlState: self.field("C") ?? "",
            message: self.field("M") ?? "",
            detail: self.field("D"),
            constraint: self.field("n"),
            table: self.field("t"),
            column: self.field("c")
        )
    }

    /// A field of an error report by its code (`PG_DIAG_…` in postgres_ext.h).
    private func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(self.raw, Int32(code.value)).map { String(cString: $0) }
    }
}
