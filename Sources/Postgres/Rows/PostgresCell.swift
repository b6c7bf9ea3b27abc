/// One value of an answer, as the server sent it.
///
/// A cell keeps the memory of its whole answer alive; read what is wanted and let go of it.
public struct PostgresCell: Sendable {
    let result: PGResultHandle
    let row: Int
    /// The position of the column, counted from 0.
    public let columnIndex: Int

    /// The name of the column.
    public var columnName: String {
        self.result.columnName(self.columnIndex)
    }

    /// The type of the column.
    public var type: PostgresType {
        PostgresType(oid: self.result.columnType(self.columnIndex))
    }

    /// The format of `bytes`.
    public var format: PostgresFormat {
        self.result.isBinary(self.columnIndex) ? .binary : .text
    }

    /// Whether the value is SQL's NULL.
    public var isNull: Bool {
        self.result.cell(row: self.row, column: self.columnIndex) == nil
    }

    /// A copy of the bytes, for types that this library does not know; nil is SQL's NULL.
    public var bytes: [UInt8]? {
        withExtendedLifetime(self.result) {
            self.result.cell(row: self.row, column: self.columnIndex).map { [UInt8]($0) }
        }
    }

    /// The value as `Value`.
    ///
    /// - Throws: `.decoding` when the type of the column does not fit, the value is out of range, or it is NULL and
    ///   `Value` is not optional.
    @inlinable
    public func decode<Value: PostgresDecodable>(as type: Value.Type = Value.self) throws(PostgresError) -> Value {
        var decoder = self.decoder
        return try decoder.decode(Value.self)
    }

    @usableFromInline var decoder: PostgresRowDecoder {
        PostgresRowDecoder(self.result, row: self.row, column: self.columnIndex)
    }
}
