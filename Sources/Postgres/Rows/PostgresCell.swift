/// One value of an answer, as the server sent it.
public struct PostgresCell: Sendable {
    /// The name of the column.
    public let columnName: String
    /// The text form; nil is SQL's NULL.
    let text: ArraySlice<UInt8>?
    let type: PostgresType

    /// Whether the value is SQL's NULL.
    public var isNull: Bool {
        self.text == nil
    }

    /// The value as `Value`.
    ///
    /// - Throws: `.decoding` when the type of the column does not fit, the value is out of range, or it is NULL and
    ///   `Value` is not optional.
    public func decode<Value: PostgresDecodable>(as type: Value.Type = Value.self) throws(PostgresError) -> Value {
        try Value(cell: self)
    }

    func mismatch(_ wanted: Any.Type) -> PostgresError {
        let found = self.isNull ? "NULL" : "a value of type \(self.type.oid)"
        return PostgresError(.decoding, "column \(self.columnName) holds \(found), not \(wanted)")
    }

    func requireText(
        _ types: Set<PostgresType>,
        for wanted: Any.Type
    ) throws(PostgresError) -> ArraySlice<UInt8> {
        guard let text, types.contains(self.type) else { throw self.mismatch(wanted) }
        return text
    }
}
