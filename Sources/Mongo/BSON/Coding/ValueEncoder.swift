/// What a value gets to encode itself; also its container for a single value.
struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    let node: EncodingNode

    var codingPath: [any CodingKey] {
        self.node.path.keys
    }

    var userInfo: [CodingUserInfoKey: Any] {
        [:]
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        self.node.becomeDocument()
        return KeyedEncodingContainer(KeyedEncoding<Key>(node: self.node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        self.node.becomeArray()
        return UnkeyedEncoding(node: self.node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        self
    }

    func encodeNil() {
        self.node.set(.value(.null))
    }

    /// Also for all the types that the protocol lists one by one.
    func encode<Value: Encodable>(_ value: Value) throws {
        if let scalar = try self.node.scalar(value, at: { self.node.path }) {
            self.node.set(.value(scalar))
        } else {
            // Not a node of its own: what the value encodes itself as is what this one is.
            try value.encode(to: self)
        }
    }
}
