/// A document that a value fills.
struct KeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: EncodingNode

    var codingPath: [any CodingKey] {
        self.node.path.keys
    }

    func encodeNil(forKey key: Key) {
        self.node.append(key.stringValue, .value(.null))
    }

    /// Also for all the types that the protocol lists one by one.
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        self.node.append(key.stringValue, try self.node.encoded(value, at: self.node.path.appending(key)))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(node: self.node.child(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(node: self.node.child(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        ValueEncoder(node: self.node.child(IndexKey.super))
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(node: self.node.child(key))
    }
}
