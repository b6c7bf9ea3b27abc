/// Reads documents as `Decodable` values.
///
/// Number types are taken for each other as long as nothing is lost: a field may have been written as int32, int64 or
/// double. Keys that nobody asks for are passed over. Texts that are no UTF-8 are mended with U+FFFD.
///
/// Errors are `MongoError`s of `.decoding` with the path, as in `a.b[3]`; they never hold a value.
public struct BSONDecoder: Sendable {
    /// How a `Date` is read.
    public enum DateStrategy: Sendable, Hashable {
        /// A BSON dateTime.
        case dateTime
        /// A number: milliseconds since 1970.
        case milliseconds
        /// A number: seconds since 1970.
        case seconds
    }

    /// How `Data` is read.
    public enum DataStrategy: Sendable, Hashable {
        /// A binary of any subtype.
        case binary
        /// An array of numbers, as `Data` decodes itself.
        case array
    }

    /// How a `Date` is read.
    public var dateStrategy: DateStrategy
    /// How `Data` is read.
    public var dataStrategy: DataStrategy

    /// A decoder.
    public init(dateStrategy: DateStrategy = .dateTime, dataStrategy: DataStrategy = .binary) {
        self.dateStrategy = dateStrategy
        self.dataStrategy = dataStrategy
    }

    /// The value that `document` holds.
    ///
    /// - Throws: `.decoding` with the path of a key that is missing or holds something else, and for what `Value`
    ///   refuses itself.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from document: BSONDocument
    ) throws(MongoError) -> Value {
        try document.checkLimits()
        let source = DecodingSource(document: document, options: self)
        let place = ElementPlace(root: source)
        do {
            return try ValueDecoder(source: source, place: place, path: CodingPath()).unwrap(type)
        } catch {
            throw CodingFault.error(for: error, .decoding)
        }
    }
}

extension BSONDocument {
    /// The value that this document holds, by a `BSONDecoder` as it comes.
    ///
    /// - Throws: `.decoding` with the path of what does not fit.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws(MongoError) -> Value {
        try BSONDecoder().decode(type, from: self)
    }
}
