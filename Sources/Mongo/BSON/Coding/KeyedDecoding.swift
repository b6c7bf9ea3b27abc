/// The keys of a document, for a value that decodes itself.
///
/// Values mostly ask in the order in which they were written, so each search begins at the last find. Of a key that is
/// there twice either value may be read.
struct KeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    /// Shared by the copies that are made of a container.
    private final class Position {
        var index = 0
    }

    private let decoder: ValueDecoder
    private let places: [ElementPlace]
    private let position = Position()

    init(_ decoder: ValueDecoder) throws {
        self.decoder = decoder
        self.places = try decoder.source.places(decoder.place)
    }

    var codingPath: [any CodingKey] {
        self.decoder.codingPath
    }

    var allKeys: [Key] {
        self.places.compactMap { Key(stringValue: self.decoder.source.key(of: $0)) }
    }

    func contains(_ key: Key) -> Bool {
        self.find(key.stringValue) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try self.place(of: key).isNull
    }

    /// Also for all the types that the protocol lists one by one.
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try self.nested(key).unwrap(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try self.nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try self.nested(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        guard let place = self.find(IndexKey.super.stringValue) else { throw self.missing(IndexKey.super) }
        return self.decoder.nested(place, IndexKey.super)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        try self.nested(key)
    }

    private func nested(_ key: Key) throws -> ValueDecoder {
        self.decoder.nested(try self.place(of: key), key)
    }

    private func place(of key: Key) throws -> ElementPlace {
        guard let place = self.find(key.stringValue) else { throw self.missing(key) }
        return place
    }

    private func find(_ key: String) -> ElementPlace? {
        let found = self.decoder.source.index(of: key, in: self.places, from: self.position.index)
        guard let found else { return nil }
        // Not behind it: `decodeNil` and `decode` ask for the same key.
        self.position.index = found
        return self.places[found]
    }

    private func missing(_ key: any CodingKey) -> DecodingError {
        let path = self.decoder.path.appending(key).text
        let fault = BSONFault(path: path, reason: "the key is missing")
        let context = DecodingError.Context(
            codingPath: self.codingPath,
            debugDescription: fault.reason,
            underlyingError: fault
        )
        return .keyNotFound(key, context)
    }
}
