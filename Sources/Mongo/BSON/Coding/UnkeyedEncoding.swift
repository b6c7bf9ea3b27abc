/// An array that a value fills.
struct UnkeyedEncoding: UnkeyedEncodingContainer {
    let node: EncodingNode

    var codingPath: [any CodingKey] {
        self.node.path.keys
    }

    var count: Int {
        self.node.count
    }

    func encodeNil() {
        self.node.append(.value(.null))
    }

    /// Also for all the types that the protocol lists one by one.
    func encode<Value: Encodable>(_ value: Value) throws {
        self.node.append(try self.node.encoded(value, at: self.node.path.appending(index: self.node.count)))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(node: self.node.child()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ValueEncoder(node: self.node.child()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        ValueEncoder(node: self.node.child())
    }
}
