/// A Swift type that a value of a document can be read as.
public protocol BSONDecodable: Sendable {
    /// The value as this type; nil when it does not fit. A missing key comes as `.null`.
    static func decode(_ value: BSONValue) -> Self?
}

extension BSONDocument {
    /// The value of a key as `Value`.
    ///
    /// A missing key and `.null` are nil for an optional type and an error for others. Number types are taken for each
    /// other as long as nothing is lost.
    ///
    /// - Throws: `.decoding`, naming the key.
    public func decode<Value: BSONDecodable>(
        _ key: String,
        as type: Value.Type = Value.self
    ) throws(MongoError) -> Value {
        guard let value = Value.decode(self[key] ?? .null) else {
            throw MongoError(.decoding, "the key \(key) is missing or does not hold \(Value.self)")
        }
        return value
    }
}

extension Optional: BSONDecodable where Wrapped: BSONDecodable {
    /// `.null` becomes nil, other values are read as the wrapped type.
    public static func decode(_ value: BSONValue) -> Wrapped?? {
        guard value != .null, value != .undefined else { return .some(nil) }
        return Wrapped.decode(value).map { .some($0) }
    }
}

extension Int64: BSONDecodable {
    /// An integer, or a double without fraction, within range.
    public static func decode(_ value: BSONValue) -> Int64? {
        switch value {
        case .int32(let number): Int64(number)
        case .int64(let number): number
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }
}

extension Int32: BSONDecodable {
    /// An integer, or a double without fraction, within range.
    public static func decode(_ value: BSONValue) -> Int32? {
        Int64.decode(value).flatMap { Int32(exactly: $0) }
    }
}

extension Int: BSONDecodable {
    /// An integer, or a double without fraction, within range.
    public static func decode(_ value: BSONValue) -> Int? {
        Int64.decode(value).flatMap { Int(exactly: $0) }
    }
}

extension Double: BSONDecodable {
    /// A double, or an integer that a double can hold exactly.
    public static func decode(_ value: BSONValue) -> Double? {
        switch value {
        case .double(let number): number
        case .int32(let number): Double(number)
        case .int64(let number): Double(exactly: number)
        default: nil
        }
    }
}

extension Bool: BSONDecodable {
    /// A bool.
    public static func decode(_ value: BSONValue) -> Bool? {
        guard case .bool(let flag) = value else { return nil }
        return flag
    }
}

extension String: BSONDecodable {
    /// A string.
    public static func decode(_ value: BSONValue) -> String? {
        guard case .string(let text) = value else { return nil }
        return text
    }
}

extension BSONDocument: BSONDecodable {
    /// A document.
    public static func decode(_ value: BSONValue) -> BSONDocument? {
        guard case .document(let document) = value else { return nil }
        return document
    }
}

extension BSONObjectID: BSONDecodable {
    /// An object id.
    public static func decode(_ value: BSONValue) -> BSONObjectID? {
        guard case .objectID(let id) = value else { return nil }
        return id
    }
}

extension BSONDecimal128: BSONDecodable {
    /// A decimal number.
    public static func decode(_ value: BSONValue) -> BSONDecimal128? {
        guard case .decimal128(let number) = value else { return nil }
        return number
    }
}

extension BSONValue: BSONDecodable {
    /// Any value.
    public static func decode(_ value: BSONValue) -> BSONValue? {
        value
    }
}

extension UInt8: BSONDecodable {
    /// Never: a byte alone is no value.
    ///
    /// It is here so that `[UInt8]` can be read, as bytes.
    public static func decode(_ value: BSONValue) -> UInt8? {
        nil
    }
}

extension Array: BSONDecodable where Element: BSONDecodable {
    /// An array all of whose values fit; for `[UInt8]` a binary of any subtype.
    public static func decode(_ value: BSONValue) -> [Element]? {
        switch value {
        case .binary(let bytes, _): return bytes as? [Element]
        case .array(let values):
            let elements = values.compactMap { Element.decode($0) }
            return elements.count == values.count ? elements : nil
        default: return nil
        }
    }
}
