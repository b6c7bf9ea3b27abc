/// The type of an element: the byte in front of its key (bsonspec.org, version 1.1).
public enum BSONType: UInt8, Sendable, Hashable {
    /// A 64-bit floating point number.
    case double = 0x01
    /// A text.
    case string = 0x02
    /// A document within the document.
    case document = 0x03
    /// A list of values: a document whose keys are "0", "1", and so on.
    case array = 0x04
    /// Bytes with a subtype.
    case binary = 0x05
    /// Deprecated by MongoDB.
    case undefined = 0x06
    /// Twelve bytes that name a document.
    case objectID = 0x07
    /// True or false.
    case bool = 0x08
    /// Milliseconds since 1970-01-01T00:00:00Z.
    case dateTime = 0x09
    /// No value.
    case null = 0x0A
    /// A regular expression with its options.
    case regex = 0x0B
    /// Deprecated by MongoDB.
    case dbPointer = 0x0C
    /// JavaScript code.
    case javaScript = 0x0D
    /// Deprecated by MongoDB.
    case symbol = 0x0E
    /// Deprecated by MongoDB.
    case javaScriptWithScope = 0x0F
    /// A 32-bit integer.
    case int32 = 0x10
    /// MongoDB's own timestamp.
    case timestamp = 0x11
    /// A 64-bit integer.
    case int64 = 0x12
    /// A decimal floating point number.
    case decimal128 = 0x13
    /// Sorts above all others.
    case maxKey = 0x7F
    /// Sorts below all others.
    case minKey = 0xFF
}

extension BSONType: CustomStringConvertible {
    /// The name of the case, fit for an error.
    public var description: String {
        switch self {
        case .double: "double"
        case .string: "string"
        case .document: "document"
        case .array: "array"
        case .binary: "binary"
        case .undefined: "undefined"
        case .objectID: "objectID"
        case .bool: "bool"
        case .dateTime: "dateTime"
        case .null: "null"
        case .regex: "regex"
        case .dbPointer: "dbPointer"
        case .javaScript: "javaScript"
        case .symbol: "symbol"
        case .javaScriptWithScope: "javaScriptWithScope"
        case .int32: "int32"
        case .timestamp: "timestamp"
        case .int64: "int64"
        case .decimal128: "decimal128"
        case .maxKey: "maxKey"
        case .minKey: "minKey"
        }
    }
}
