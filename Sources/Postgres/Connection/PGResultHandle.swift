import CPq

/// Sole owner of a `PGresult`, and the only code that reads one.
///
/// Unchecked because a `PGresult` does not change once libpq has handed it out, and reading it is thread safe (libpq
/// manual, "Behavior in Threaded Programs"). Rows hold on to it and view its bytes: nothing is copied.
final class PGResultHandle: @unchecked Sendable {
    private let raw: OpaquePointer
    /// Rows in this result; 0 for one that is no answer to a query.
    let rowCount: Int
    /// Columns in each row.
    let columnCount: Int

    /// Takes over `raw`, which is freed with this object.
    init(takingOwnershipOf raw: OpaquePointer) {
        self.raw = raw
        self.rowCount = Int(PQntuples(raw))
        self.columnCount = Int(PQnfields(raw))
    }

    deinit {
        PQclear(self.raw)
    }

    // MARK: - What it is

    var status: ExecStatusType {
        PQresultStatus(self.raw)
    }

    /// The number in the command tag; 0 when it has none.
    var affectedRows: Int { Self.affectedRows(self.raw) }

    /// The same of a result that is freed at once.
    static func takeAffectedRows(_ raw: OpaquePointer?) -> Int {
        guard let raw else { return 0 }
        defer { PQclear(raw) }
        return self.affectedRows(raw)
    }

    private static func affectedRows(_ raw: OpaquePointer) -> Int {
        guard let text = PQcmdTuples(raw) else { return 0 }
        var number = 0
        var next = text
        while case let digit = next.pointee, digit >= 48, digit <= 57 {
            let (scaled, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            guard !isTooLarge else { return .max }
            number = scaled &+ Int(digit &- 48)
            next += 1
        }
        return max(number, 0)
    }

    /// The command tag, such as `COMMIT` or `INSERT 0 1`.
    var commandTag: String {
        PQcmdStatus(self.raw).map { String(cString: $0) } ?? ""
    }

    /// Bytes of memory that libpq has for it.
    var memorySize: Int { PQresultMemorySize(self.raw) }

    /// What a COPY that begins says of its format.
    var copyStart: CopyStart {
        CopyStart(isBinary: PQbinaryTuples(self.raw) == 1, columnCount: self.columnCount)
    }

    // MARK: - Columns

    /// The name of a column; empty when there is no such column.
    func columnName(_ column: Int) -> String {
        PQfname(self.raw, Int32(clamping: column)).map { String(cString: $0) } ?? ""
    }

    /// The object id of a column's type; 0 when there is no such column.
    func columnType(_ column: Int) -> UInt32 {
        PQftype(self.raw, Int32(clamping: column))
    }

    /// Whether the values of a column are in binary format, not text.
    func isBinary(_ column: Int) -> Bool {
        PQfformat(self.raw, Int32(clamping: column)) == 1
    }

    // MARK: - Values

    /// The bytes of a value; `nil` is SQL's NULL, and what lies outside of the result.
    ///
    /// Valid as long as this object is.
    func cell(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        guard row >= 0, row < self.rowCount, column >= 0, column < self.columnCount else { return nil }
        return self.uncheckedCell(row: row, column: column)
    }

    /// As `cell(row:column:)`, for indexes that the caller has compared with `rowCount` and `columnCount`.
    @inline(__always)
    func uncheckedCell(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        let (row, column) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
        // An empty value is rarer than NULL and has a length of 0 too, so this asks once in the common case.
        let length = PQgetlength(self.raw, row, column)
        if length == 0, PQgetisnull(self.raw, row, column) != 0 { return nil }
        return UnsafeRawBufferPointer(start: PQgetvalue(self.raw, row, column), count: Int(length))
    }

    // MARK: - Errors

    /// The error report of a result whose status is an error.
    var serverFields: PostgresError.ServerFields {
        PostgresError.ServerFields(
            severity: self.field("V") ?? self.field("S") ?? "",
            sqlState: self.field("C") ?? "",
            message: self.field("M") ?? "",
            detail: self.field("D"),
            constraint: self.field("n"),
            table: self.field("t"),
            column: self.field("c"),
            position: self.field("P").flatMap { Int($0) },
            routine: self.field("R")
        )
    }

    /// libpq's whole text about an error; for errors that libpq made itself, which have no fields.
    var errorMessage: String {
        PQresultErrorMessage(self.raw).map { PGConnection.singleLine(String(cString: $0)) } ?? ""
    }

    /// A field of an error report by its code (`PG_DIAG_…` in postgres_ext.h).
    private func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(self.raw, Int32(code.value)).map { String(cString: $0) }
    }
}
