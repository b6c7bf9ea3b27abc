/// Writes `Encodable` values as documents.
///
/// Keys stand in the order in which the value encodes them. A key that is encoded twice is there twice.
///
/// | Swift | BSON |
/// | --- | --- |
/// | `Int8`, `Int16`, `Int32`, `UInt8`, `UInt16` | int32 |
/// | `Int`, `Int64`, `UInt`, `UInt32`, `UInt64` | int64; a number beyond it is an error |
/// | `Float`, `Double` | double |
/// | `String`, `Bool` | string, bool |
/// | nil that is encoded | null; `encodeIfPresent`, as in synthesised conformances, leaves the key out |
/// | `Date` (Foundation) | by `dateStrategy` |
/// | `Data` (Foundation) | by `dataStrategy` |
/// | `UUID` (Foundation) | binary of subtype 4 |
/// | `BSONDocument`, `BSONValue`, `BSONObjectID`, `BSONDecimal128` | themselves |
/// | everything else | what it encodes itself as: documents, arrays, or a single value |
///
/// Errors are `MongoError`s with the path, as in `a.b[3]`.
public struct BSONEncoder: Sendable {
    /// How a `Date` is written.
    public enum DateStrategy: Sendable, Hashable {
        /// A BSON dateTime, rounded to milliseconds.
        case dateTime
        /// An int64: milliseconds since 1970.
        case milliseconds
        /// A double: seconds since 1970.
        case seconds
    }

    /// How `Data` is written.
    public enum DataStrategy: Sendable, Hashable {
        /// A binary of this subtype; 0 is "generic".
        case binary(subtype: UInt8)
        /// An array of int32, as `Data` encodes itself.
        case array
    }

    /// How a `Date` is written.
    public var dateStrategy: DateStrategy
    /// How `Data` is written.
    public var dataStrategy: DataStrategy

    /// An encoder.
    public init(dateStrategy: DateStrategy = .dateTime, dataStrategy: DataStrategy = .binary(subtype: 0)) {
        self.dateStrategy = dateStrategy
        self.dataStrategy = dataStrategy
    }

    /// A document with what `value` encodes.
    ///
    /// - Parameter value: something that encodes itself with keys, such as a struct or a dictionary with text keys.
    /// - Returns: the document, which can be sent.
    /// - Throws: `.invalidDocument` with the path: a number out of range, a zero byte in a key, a document too large or
    ///   too deep, and what `value` throws itself.
    public func encode(_ value: some Encodable) throws(MongoError) -> BSONDocument {
        let node = EncodingNode(path: CodingPath(), options: self)
        do {
            try ValueEncoder(node: node).encode(value)
        } catch {
            throw CodingFault.error(for: error, .invalidDocument)
        }
        switch try node.finish() {
        case .document(let document), .value(.document(let document)):
            try document.checkLimits()
            return document
        case .array, .value:
            throw MongoError(.invalidDocument, "the document: the value does not encode itself with keys")
        }
    }
}

extension BSONDocument {
    /// A document with what `value` encodes, by a `BSONEncoder` as it comes.
    ///
    /// - Throws: `.invalidDocument` with the path of what cannot be encoded.
    public init<Value: Encodable>(encoding value: Value) throws(MongoError) {
        self = try BSONEncoder().encode(value)
    }
}
