import Mongo

// Readers of stored documents must accept absent fields, null arrays, and int32 where int64 is meant.
extension BSONDocument {
    func text(_ key: String) -> String {
        guard case .string(let text) = self[key] else { return "" }
        return text
    }

    func int64(_ key: String) -> Int64 {
        switch self[key] {
        case .int64(let number): number
        case .int32(let number): Int64(number)
        case .double(let number): Int64(exactly: number.rounded()) ?? 0
        default: 0
        }
    }

    func int32(_ key: String) -> Int32 {
        Int32(truncatingIfNeeded: self.int64(key))
    }

    func bool(_ key: String) -> Bool {
        self[key] == .bool(true)
    }

    /// The bytes of a binary value, or the UTF-8 of a text.
    func bytes(_ key: String) -> [UInt8] {
        switch self[key] {
        case .binary(let bytes, subtype: _): bytes
        case .string(let text): Array(text.utf8)
        default: []
        }
    }

    func document(_ key: String) -> BSONDocument? {
        guard case .document(let document) = self[key] else { return nil }
        return document
    }

    func array(_ key: String) -> [BSONValue] {
        guard case .array(let values) = self[key] else { return [] }
        return values
    }
}
