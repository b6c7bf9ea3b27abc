/// Looking at the keys of the first level, as the rules of writes need it.
extension BSONDocument {
    /// The first byte of the first key: zero for an empty key, nil for an empty document.
    var firstKeyByte: UInt8? {
        // Length and type come before it.
        self.bytes.count > 6 ? self.bytes[5] : nil
    }

    /// Whether every key of the first level begins with `$`.
    var hasOnlyOperators: Bool {
        let hasOnly = try? self.read { reader throws(MongoError) in
            while try reader.next() {
                guard reader.keyBytes.first == UInt8(ascii: "$") else { return false }
            }
            return true
        }
        // A document that cannot be read has none.
        return hasOnly ?? false
    }

    /// The value of `_id`; nil when there is none.
    var id: BSONValue? {
        // A document that cannot be read has none.
        try? self.read { reader throws(MongoError) in
            guard try reader.next("_id") else { return nil }
            return reader.type == .objectID ? .objectID(try reader.objectID()) : try reader.value()
        }
    }

    /// Whether the first key is `0` and its value a document that begins with `$`.
    var looksLikePipeline: Bool {
        guard self.firstKeyByte == UInt8(ascii: "0"), case .document(let first)? = self["0"] else { return false }
        return first.firstKeyByte == UInt8(ascii: "$")
    }
}
