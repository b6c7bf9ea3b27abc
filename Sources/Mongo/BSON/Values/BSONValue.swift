/// A value of MongoDB's document format.
public enum BSONValue: Sendable, Hashable {
    /// A 64-bit floating point number.
    case double(Double)
    /// A text. Bytes of a received one that are no UTF-8 read as U+FFFD.
    case string(String)
    /// A document within the document.
    case document(BSONDocument)
    /// A list of values.
    case array([BSONValue])
    /// Bytes with the number that says what they are; 0 is "generic", 4 a UUID.
    case binary([UInt8], subtype: UInt8)
    /// Deprecated by MongoDB; kept so that every document can be read and written back.
    case undefined
    /// An object id.
    case objectID(BSONObjectID)
    /// True or false.
    case bool(Bool)
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
    case dateTime(Int64)
    /// No value.
    case null
    /// A regular expression and its option letters, both without zero bytes.
    case regex(pattern: String, options: String)
    /// Deprecated by MongoDB: a namespace and an object id.
    case dbPointer(String, BSONObjectID)
    /// JavaScript code.
    case javaScript(String)
    /// Deprecated by MongoDB.
    case symbol(String)
    /// Deprecated by MongoDB: JavaScript code with variables.
    case javaScriptWithScope(String, BSONDocument)
    /// A 32-bit integer.
    case int32(Int32)
    /// MongoDB's own timestamp: seconds since 1970 and a counter within the second.
    case timestamp(seconds: UInt32, increment: UInt32)
    /// A 64-bit integer.
    case int64(Int64)
    /// A decimal floating point number.
    case decimal128(BSONDecimal128)
    /// Sorts below all others.
    case minKey
    /// Sorts above all others.
    case maxKey
}
