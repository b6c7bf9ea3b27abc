/// What a value gets to decode itself from; also its container for a single value.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
    let source: DecodingSource
    let place: ElementPlace
    let path: CodingPath

    var codingPath: [any CodingKey] {
        self.path.keys
    }

    var userInfo: [CodingUserInfoKey: Any] {
        [:]
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard self.place.type == .document else { throw self.mismatch([String: BSONValue].self, "a document") }
        return KeyedDecodingContainer(try KeyedDecoding<Key>(self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard self.place.type == .array else { throw self.mismatch([BSONValue].self, "an array") }
        return try UnkeyedDecoding(self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        self
    }

    func decodeNil() -> Bool {
        self.place.isNull
    }

    /// Also for all the types that the protocol lists one by one.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try self.unwrap(type)
    }

    /// The decoder of an element of this value.
    func nested(_ place: ElementPlace, _ key: any CodingKey) -> ValueDecoder {
        ValueDecoder(source: self.source, place: place, path: self.path.appending(key))
    }

    /// The error for a value of another type, as standard-library code expects it, with ours inside.
    func mismatch(_ type: any Any.Type, _ wanted: StaticString) -> DecodingError {
        let fault = BSONFault(path: self.path.text, reason: "holds \(self.place.type), not \(wanted)")
        return self.wrapped(fault.error(.decoding), type)
    }

    func wrapped(_ error: MongoError, _ type: any Any.Type) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: self.codingPath,
            debugDescription: error.message,
            underlyingError: error
        )
        return self.place.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }
}
