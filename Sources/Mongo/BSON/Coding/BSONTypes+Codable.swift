// A `BSONEncoder` and a `BSONDecoder` take these types as they are and do not call the members below. Those are for
// other coders, such as that of JSON, where a document or a value cannot be told from what it looks like: only the two
// coders of this library take those.
extension BSONObjectID: Codable {
    /// An object id from 24 hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = BSONObjectID(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not 24 hexadecimal digits")
        }
        self = id
    }

    /// Encodes 24 hexadecimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

extension BSONDecimal128: Codable {
    /// A number from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let number = BSONDecimal128(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a decimal number")
        }
        self = number
    }

    /// Encodes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

extension BSONDocument: Codable {
    /// Throws: a `BSONDecoder` is needed.
    public init(from decoder: any Decoder) throws {
        throw BSONFault(path: CodingPath.text(of: decoder.codingPath), reason: "only a BSONDecoder makes documents")
            .error(.decoding)
    }

    /// Throws: a `BSONEncoder` is needed.
    public func encode(to encoder: any Encoder) throws {
        throw BSONFault(path: CodingPath.text(of: encoder.codingPath), reason: "only a BSONEncoder takes documents")
            .error()
    }
}

extension BSONValue: Codable {
    /// Throws: a `BSONDecoder` is needed.
    public init(from decoder: any Decoder) throws {
        throw BSONFault(path: CodingPath.text(of: decoder.codingPath), reason: "only a BSONDecoder makes BSON values")
            .error(.decoding)
    }

    /// Throws: a `BSONEncoder` is needed.
    public func encode(to encoder: any Encoder) throws {
        throw BSONFault(path: CodingPath.text(of: encoder.codingPath), reason: "only a BSONEncoder takes BSON values")
            .error()
    }
}
