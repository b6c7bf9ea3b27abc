import Mongo

extension MongoMessage {
    static let fieldCount = 22

    // In the order in which they are written, so that usually the first comparison hits; as in C.
    private static let names: [StaticString] = [
        "send_id", "recv_id", "group_id", "client_msg_id", "server_msg_id", "sender_platform_id", "sender_nickname",
        "sender_face_url", "session_type", "msg_from", "content_type", "content", "seq", "send_time", "create_time",
        "status", "is_read", "options", "offline_push", "at_user_id_list", "attached_info", "ex",
    ]

    /// Reads the fields of a message where they are and adds them up; others, as `_id`, are passed over.
    ///
    /// - Returns: how many fields there were, and the checksum: numbers as they are, a bool as 0 or 1, a text as its
    ///   length and first byte.
    static func addUp(_ document: BSONDocument) throws -> (fields: Int, checksum: Int64) {
        try document.read { reader throws(MongoError) in
            var (fields, expected, checksum) = (0, 0, Int64(0))
            while try reader.next() {
                guard let index = self.field(reader, expected) else { continue }
                checksum &+= try self.value(reader)
                expected = index + 1 < self.fieldCount ? index + 1 : 0
                fields += 1
            }
            return (fields, checksum)
        }
    }

    /// The field of the element's key, looked for from `expected` on.
    private static func field(_ reader: borrowing BSONReader, _ expected: Int) -> Int? {
        var index = expected
        for _ in 0..<self.fieldCount {
            if reader.isKey(self.names[index]) { return index }
            index = index + 1 < self.fieldCount ? index + 1 : 0
        }
        return nil
    }

    private static func value(_ reader: borrowing BSONReader) throws(MongoError) -> Int64 {
        switch reader.type {
        case .string:
            return try reader.withUTF8 { bytes in
                Int64(bytes.byteCount) &+ (bytes.byteCount > 0 ? Int64(bytes.unsafeLoad(as: UInt8.self)) : 0)
            }
        case .int32: return Int64(try reader.int32())
        case .int64: return try reader.int64()
        case .bool: return try reader.bool() ? 1 : 0
        case .document: return try reader.readDocument(self.values)
        case .array: return try reader.readArray(self.values)
        default: return 0
        }
    }

    private static func values(_ reader: inout BSONReader) throws(MongoError) -> Int64 {
        var sum: Int64 = 0
        while try reader.next() { sum &+= try self.value(reader) }
        return sum
    }
}
