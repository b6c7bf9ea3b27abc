/// One row of an answer.
///
/// A row views the memory of its whole answer and keeps it alive, also when the connection is gone; nothing is copied
/// before a value is decoded.
public struct PostgresRow: Sendable {
    let result: PGResultHandle
    let index: Int

    /// A row of `result`; the caller has compared `index` with its number of rows.
    init(_ result: PGResultHandle, index: Int) {
        self.result = result
        self.index = index
    }

    /// The number of columns.
    public var count: Int {
        self.result.columnCount
    }

    /// The names of the columns, in order.
    public var columnNames: [String] {
        (0..<self.result.columnCount).map { self.result.columnName($0) }
    }

    /// The value of the column with this name (the first of several equal ones); nil when there is no such column.
    public subscript(name: String) -> PostgresCell? {
        self.result.columnIndex(name).flatMap { self[$0] }
    }

    /// The value of the column at `index`, counted from 0; nil when there is no such column.
    public subscript(index: Int) -> PostgresCell? {
        guard 0..<self.result.columnCount ~= index else { return nil }
        return PostgresCell(result: self.result, row: self.index, columnIndex: index)
    }

    /// The value of the column with this name as `Value`.
    ///
    /// Looks for the name in each row; for many rows decode by position, or into a `PostgresRowDecodable`.
    ///
    /// - Throws: `.decoding` when there is no such column or its value does not fit.
    @inlinable
    public func decode<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        var decoder = try self.decoder(column)
        return try decoder.decode(Value.self)
    }

    /// The value of the column at `index`, counted from 0, as `Value`.
    ///
    /// - Throws: `.decoding` when there is no such column or its value does not fit.
    @inlinable
    public func decode<Value: PostgresDecodable>(
        at index: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        var decoder = try self.decoder(at: index)
        return try decoder.decode(Value.self)
    }

    /// All columns by position: `let (id, name) = try row.decode((Int64, String?).self)`.
    ///
    /// - Throws: `.decoding` when there are more or fewer columns, or a value does not fit.
    @inlinable
    public func decode<each Value: PostgresDecodable>(
        _ types: (repeat each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        var decoder = self.decoder
        let values = try decoder.decode(types)
        try decoder.requireEnd()
        return values
    }

    /// The row as a type that reads its columns one after the other.
    ///
    /// - Throws: `.decoding` when a value does not fit or a column is missing; what the type itself throws.
    @inlinable
    public func decode<Value: PostgresRowDecodable>(
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        var decoder = self.decoder
        return try Value(row: &decoder)
    }
}

extension PostgresRow {
    @usableFromInline var decoder: PostgresRowDecoder {
        PostgresRowDecoder(self.result, row: self.index)
    }

    @usableFromInline
    func decoder(_ column: String) throws(PostgresError) -> PostgresRowDecoder {
        guard let index = self.result.columnIndex(column) else {
            throw PostgresError(.decoding, "the answer has no column \(column)")
        }
        return PostgresRowDecoder(self.result, row: self.index, column: index)
    }

    @usableFromInline
    func decoder(at index: Int) throws(PostgresError) -> PostgresRowDecoder {
        guard 0..<self.result.columnCount ~= index else {
            throw PostgresError(.decoding, "the answer has no column at index \(index)")
        }
        return PostgresRowDecoder(self.result, row: self.index, column: index)
    }
}
