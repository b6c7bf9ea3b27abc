/// The columns of a row as the properties of an object.
struct NamedRowContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let row: NamedRow
    let index: Int

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        self.row.columnNames.compactMap { Key(stringValue: $0) }.filter { self.contains($0) }
    }

    func contains(_ key: Key) -> Bool {
        self.row.column(key.stringValue) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        self.row.result.cell(row: self.index, column: try self.column(key)) == nil
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try self.row.decode(type, row: self.index, column: try self.column(key))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        throw self.nested(key)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw self.nested(key)
    }

    func superDecoder() throws -> any Decoder {
        NamedRowDecoder(row: self.row, index: self.index)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        throw self.nested(key)
    }

    private func column(_ key: Key) throws -> Int {
        guard let column = self.row.column(key.stringValue) else {
            throw PostgresError(.decoding, "the answer has no column \(self.row.columnName(key.stringValue))")
        }
        return column
    }

    private func nested(_ key: Key) -> PostgresError {
        PostgresError(.decoding, "column \(self.row.columnName(key.stringValue)) holds one value and nothing nested")
    }
}
