import Mongo

// Readers of stored documents must accept absent fields, null arrays, and int32 where int64 is meant: what is of another
// type reads as empty.
extension BSONReader {
    var lenientText: String {
        // The type is right, so this does not throw.
        self.type == .string ? (try? self.string()) ?? "" : ""
    }

    var lenientInt64: Int64 {
        switch self.type {
        case .int32, .int64: (try? self.int64()) ?? 0
        case .double: (try? self.double()).flatMap { Int64(exactly: $0.rounded()) } ?? 0
        default: 0
        }
    }

    var lenientBool: Bool {
        self.type == .bool && (try? self.bool()) ?? false
    }

    /// The bytes of a binary value, or the UTF-8 of a text.
    var lenientBytes: [UInt8] {
        self.type == .binary || self.type == .string ? (try? self.bytes()) ?? [] : []
    }

    /// The texts of an array; what is none is left out.
    func lenientTexts() throws(MongoError) -> [String] {
        guard self.type == .array else { return [] }
        return try self.readArray { (reader: inout BSONReader) throws(MongoError) in
            var texts: [String] = []
            while try reader.next() {
                if reader.type == .string { texts.append(reader.lenientText) }
            }
            return texts
        }
    }
}
