/// The values of an array, for a value that decodes itself.
struct UnkeyedDecoding: UnkeyedDecodingContainer {
    private let decoder: ValueDecoder
    private let places: [ElementPlace]
    private(set) var currentIndex = 0

    init(_ decoder: ValueDecoder) throws {
        self.decoder = decoder
        self.places = try decoder.source.places(decoder.place)
    }

    var codingPath: [any CodingKey] {
        self.decoder.codingPath
    }

    var count: Int? {
        self.places.count
    }

    var isAtEnd: Bool {
        self.currentIndex >= self.places.count
    }

    mutating func decodeNil() throws -> Bool {
        guard try self.current().place.isNull else { return false }
        self.currentIndex += 1
        return true
    }

    /// Also for all the types that the protocol lists one by one.
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try self.current().unwrap(type)
        self.currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let container = try self.current().container(keyedBy: type)
        self.currentIndex += 1
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try self.current().unkeyedContainer()
        self.currentIndex += 1
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try self.current()
        self.currentIndex += 1
        return decoder
    }

    private func current() throws -> ValueDecoder {
        let key = IndexKey(self.currentIndex)
        guard !self.isAtEnd else {
            let fault = BSONFault(
                path: self.decoder.path.text,
                reason: "the array has \(self.places.count) values only"
            )
            let context = DecodingError.Context(
                codingPath: self.codingPath + [key],
                debugDescription: fault.reason,
                underlyingError: fault
            )
            throw DecodingError.valueNotFound(Any.self, context)
        }
        return self.decoder.nested(self.places[self.currentIndex], key)
    }
}
