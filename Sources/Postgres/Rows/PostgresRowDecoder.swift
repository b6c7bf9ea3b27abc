/// Reads the columns of a row one after the other.
public struct PostgresRowDecoder: Sendable {
    private let result: PGResultHandle
    private let columnCount: Int
    /// The types of the columns, for whoever reads many rows; empty when libpq is to be asked for each value.
    private let columns: [Column]
    private var row: Int
    /// The position of the column that is read next, counted from 0.
    public private(set) var column: Int

    /// A decoder that reads `column` next; the caller has compared `row` with the number of rows.
    init(_ result: PGResultHandle, row: Int, column: Int = 0) {
        self.result = result
        self.columnCount = result.columnCount
        self.columns = []
        self.row = row
        self.column = column
    }

    /// A decoder for all rows of a result, which must have one.
    init(allRowsOf result: PGResultHandle) {
        self.result = result
        self.columnCount = result.columnCount
        self.columns = (0..<result.columnCount).map { Column.of(result, $0) }
        self.row = 0
        self.column = 0
    }

    /// How many columns have not been read.
    public var remaining: Int {
        self.columnCount - self.column
    }

    /// Reads the next column.
    ///
    /// - Throws: `.decoding` when there is none or its value does not fit; the error names the column.
    @inlinable
    public mutating func decode<Value: PostgresDecodable>(
        _ type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        let cell = try self.next()
        // The bytes belong to the result, which this decoder holds.
        defer { withExtendedLifetime(self) {} }
        do throws(PostgresError) {
            guard let bytes = cell.bytes else { return try Value.decodePostgresNull() }
            return try Value(postgres: bytes.bytes, type: cell.type, format: cell.format)
        } catch {
            throw self.located(error)
        }
    }

    /// Reads as many columns as there are types.
    ///
    /// - Throws: `.decoding` when there are too few or a value does not fit; the error names the column.
    @inlinable
    public mutating func decode<each Value: PostgresDecodable>(
        _ types: (repeat each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        (repeat try self.decode((each Value).self))
    }

    /// Leaves the next column unread.
    ///
    /// - Throws: `.decoding` when there is none.
    public mutating func skip() throws(PostgresError) {
        guard self.column < self.columnCount else { throw self.missing() }
        self.column += 1
    }
}

extension PostgresRowDecoder {
    /// A value in the memory of the result.
    @usableFromInline
    struct Cell {
        /// Nil is NULL.
        @usableFromInline let bytes: UnsafeRawBufferPointer?
        @usableFromInline let type: PostgresType
        @usableFromInline let format: PostgresFormat
    }

    /// What the values of a column have in common.
    private struct Column {
        let type: PostgresType
        let format: PostgresFormat

        /// No initialiser, since the arguments of one are retained and released, which costs more than the rest.
        static func of(_ result: PGResultHandle, _ index: Int) -> Column {
            Column(
                type: PostgresType(oid: result.columnType(index)),
                format: result.isBinary(index) ? .binary : .text
            )
        }
    }

    /// The next value; valid as long as the decoder.
    @usableFromInline
    mutating func next() throws(PostgresError) -> Cell {
        let column = self.column
        guard column < self.columnCount else { throw self.missing() }
        self.column = column + 1
        let shared = column < self.columns.count ? self.columns[column] : Column.of(self.result, column)
        return Cell(
            bytes: self.result.uncheckedCell(row: self.row, column: column),
            type: shared.type,
            format: shared.format
        )
    }

    /// Starts with the first column of `row`, which the caller has compared with the number of rows.
    @usableFromInline
    mutating func begin(row: Int) {
        self.row = row
        self.column = 0
    }

    @usableFromInline
    func requireEnd() throws(PostgresError) {
        guard self.column == self.columnCount else {
            throw PostgresError(
                .decoding,
                "the answer has \(self.columnCount) columns, and \(self.column) were asked for"
            )
        }
    }

    /// `error` with the name and position of the column that was read last.
    @inline(never)
    @usableFromInline
    func located(_ error: PostgresError) -> PostgresError {
        error.located(column: self.result.columnName(self.column - 1), index: self.column - 1)
    }

    @inline(never)
    private func missing() -> PostgresError {
        PostgresError(.decoding, "the answer has \(self.columnCount) columns, and one more was asked for")
    }
}
