/// The `Decoder` of one column, for types that read themselves as a single value, such as enumerations.
struct CellDecoder: Decoder, SingleValueDecodingContainer {
    let row: NamedRow
    let index: Int
    let column: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw self.notSingle
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw self.notSingle
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        self
    }

    func decodeNil() -> Bool {
        self.row.result.cell(row: self.index, column: self.column) == nil
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // Only the types that need no decoder of their own: anything else could ask for itself without end.
        guard type is any PostgresDecodable.Type else { throw self.notSingle }
        return try self.row.decode(type, row: self.index, column: self.column)
    }

    private var notSingle: PostgresError {
        let type = PostgresType(oid: self.row.result.columnType(self.column))
        return PostgresError(.decoding, "a value of type \(type) holds nothing nested; only json and jsonb do")
            .located(column: self.row.result.columnName(self.column), index: self.column)
    }
}
