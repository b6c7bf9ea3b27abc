/// One row of an answer.
///
/// A row owns a copy of its bytes; it stays valid after the connection is gone.
public struct PostgresRow: Sendable {
    let columns: PostgresColumns
    /// The text forms of all values, one after the other.
    let bytes: [UInt8]
    /// Where each value lies in `bytes`; nil is NULL.
    let ranges: [Range<Int>?]

    /// The names of the columns, in order.
    public var columnNames: [String] {
        self.columns.names
    }

    /// The value of the column with this name (the first of several equal ones); nil when there is no such column.
    public subscript(name: String) -> PostgresCell? {
        self.columns.index(of: name).flatMap { self[$0] }
    }

    /// The value of the column at `index`, counted from 0; nil when there is no such column.
    public subscript(index: Int) -> PostgresCell? {
        guard self.ranges.indices.contains(index) else { return nil }
        return PostgresCell(
            columnName: self.columns.names[index],
            text: self.ranges[index].map { self.bytes[$0] },
            type: self.columns.types[index]
        )
    }

    /// The value of the column with this name as `Value`.
    ///
    /// - Throws: `.decoding` when there is no such column or its value does not fit.
    public func decode<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let cell = self[column] else {
            throw PostgresError(.decoding, "the answer has no column \(column)")
        }
        return try cell.decode()
    }

    /// The value of the column at `index`, counted from 0, as `Value`.
    ///
    /// - Throws: `.decoding` when there is no such column or its value does not fit.
    public func decode<Value: PostgresDecodable>(
        at index: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let cell = self[index] else {
            throw PostgresError(.decoding, "the answer has no column at index \(index)")
        }
        return try cell.decode()
    }
}
