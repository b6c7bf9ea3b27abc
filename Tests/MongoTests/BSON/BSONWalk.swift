@testable import Mongo

/// Ways through a whole document.
enum BSONWalk {
    /// The document with every value at every level read and written again.
    static func rewritten(_ document: BSONDocument) -> BSONDocument {
        BSONDocument(document.map { ($0.key, self.rewritten($0.value)) })
    }

    private static func rewritten(_ value: BSONValue) -> BSONValue {
        switch value {
        case .document(let document): .document(self.rewritten(document))
        case .array(let values): .array(values.map { self.rewritten($0) })
        case .javaScriptWithScope(let code, let scope): .javaScriptWithScope(code, self.rewritten(scope))
        default: value
        }
    }

    /// Reads every value at every level with the accessors of the reader.
    static func readAll(_ reader: inout BSONReader) throws(MongoError) {
        while try reader.next() {
            _ = reader.key
            switch reader.type {
            case .document: try reader.readDocument(self.readAll)
            case .array: try reader.readArray(self.readAll)
            case .string: _ = try reader.withUTF8 { (text: RawSpan) throws(MongoError) in text.byteCount }
            case .binary:
                _ = try reader.withBinary { (bytes: RawSpan, _: UInt8) throws(MongoError) in bytes.byteCount }
            case .int32, .int64: _ = try reader.int64()
            case .double: _ = try reader.double()
            default: _ = try reader.value()
            }
        }
    }

    /// Whether an array has other keys than "0", "1" and so on, which are not kept.
    static func hasOddArrayKeys(_ document: BSONDocument) -> Bool {
        // The document was checked, so nothing throws.
        (try? document.read(self.hasOddKeys)) ?? true
    }

    private static func hasOddKeys(_ reader: inout BSONReader) throws(MongoError) -> Bool {
        while try reader.next() {
            if try self.isOddBelow(reader) { return true }
        }
        return false
    }

    private static func areOdd(_ reader: inout BSONReader) throws(MongoError) -> Bool {
        var index = 0
        while try reader.next() {
            guard reader.key == "\(index)" else { return true }
            if try self.isOddBelow(reader) { return true }
            index += 1
        }
        return false
    }

    private static func isOddBelow(_ reader: borrowing BSONReader) throws(MongoError) -> Bool {
        switch reader.type {
        case .document: return try reader.readDocument(self.hasOddKeys)
        case .array: return try reader.readArray(self.areOdd)
        case .javaScriptWithScope:
            guard case .javaScriptWithScope(_, let scope) = try reader.value() else { return true }
            return self.hasOddArrayKeys(scope)
        default: return false
        }
    }
}
