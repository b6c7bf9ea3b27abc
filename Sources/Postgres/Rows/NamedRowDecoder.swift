/// The `Decoder` of a whole row: an object whose keys are columns.
struct NamedRowDecoder: Decoder {
    let row: NamedRow
    let index: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(NamedRowContainer(row: self.row, index: self.index))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw PostgresError(.decoding, "a row is no list; read it by position")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        throw PostgresError(.decoding, "a row is no single value; read a column of it")
    }
}
