import Mongo

extension MongoMessage {
    /// A message of its own, with strings, from a document that has the fields in this order.
    init(copying document: BSONDocument) throws {
        self = try document.read { reader throws(MongoError) in try Self(&reader) }
    }

    private init(_ reader: inout BSONReader) throws(MongoError) {
        self.sendID = try Self.text("send_id", &reader)
        self.recvID = try Self.text("recv_id", &reader)
        self.groupID = try Self.text("group_id", &reader)
        self.clientMessageID = try Self.text("client_msg_id", &reader)
        self.serverMessageID = try Self.text("server_msg_id", &reader)
        self.senderPlatformID = try Self.int32("sender_platform_id", &reader)
        self.senderNickname = try Self.text("sender_nickname", &reader)
        self.senderFaceURL = try Self.text("sender_face_url", &reader)
        self.sessionType = try Self.int32("session_type", &reader)
        self.messageFrom = try Self.int32("msg_from", &reader)
        self.contentType = try Self.int32("content_type", &reader)
        self.content = try Self.text("content", &reader)
        self.seq = try Self.int64("seq", &reader)
        self.sendTime = try Self.int64("send_time", &reader)
        self.createTime = try Self.int64("create_time", &reader)
        self.status = try Self.int32("status", &reader)
        self.isRead = try Self.bool("is_read", &reader)
        try Self.expect("options", &reader)
        self.options = try reader.readDocument { child throws(MongoError) in
            MongoMessageOptions(
                history: try Self.bool("history", &child),
                unreadCount: try Self.bool("unreadCount", &child),
                offlinePush: try Self.bool("offlinePush", &child)
            )
        }
        try Self.expect("offline_push", &reader)
        self.offlinePush = nil
        try Self.expect("at_user_id_list", &reader)
        self.atUserIDList = try reader.readArray { child throws(MongoError) in
            var users: [String] = []
            while try child.next() { users.append(try child.string()) }
            return users
        }
        self.attachedInfo = try Self.text("attached_info", &reader)
        self.ex = try Self.text("ex", &reader)
    }

    private static func expect(_ key: StaticString, _ reader: inout BSONReader) throws(MongoError) {
        guard try reader.next(key) else { throw MongoError(.decoding, "the key \(key) is missing") }
    }

    private static func text(_ key: StaticString, _ reader: inout BSONReader) throws(MongoError) -> String {
        try self.expect(key, &reader)
        return try reader.string()
    }

    private static func int32(_ key: StaticString, _ reader: inout BSONReader) throws(MongoError) -> Int32 {
        try self.expect(key, &reader)
        return try reader.int32()
    }

    private static func int64(_ key: StaticString, _ reader: inout BSONReader) throws(MongoError) -> Int64 {
        try self.expect(key, &reader)
        return try reader.int64()
    }

    private static func bool(_ key: StaticString, _ reader: inout BSONReader) throws(MongoError) -> Bool {
        try self.expect(key, &reader)
        return try reader.bool()
    }
}
