import Foundation
package import IMProtocol
package import Mongo

extension MessageDocument {
    /// The message of a stored form; fields that are absent, null or of another type stay empty.
    ///
    /// - Throws: `.invalidDocument` when the bytes are no document.
    package static func decode(_ document: BSONDocument) throws(MongoError) -> Openim_Sdkws_MsgData {
        try document.read { (reader: inout BSONReader) throws(MongoError) in try self.decode(&reader) }
    }

    /// The message whose fields `reader` is in front of.
    static func decode(_ reader: inout BSONReader) throws(MongoError) -> Openim_Sdkws_MsgData {
        var message = Openim_Sdkws_MsgData()
        while try reader.next() {
            switch reader.type {
            case .string: self.decodeText(reader, into: &message)
            case .int32, .int64, .double: self.decodeNumber(reader, into: &message)
            case .bool: if reader.isKey("is_read") { message.isRead = reader.lenientBool }
            case .binary: if reader.isKey("content") { message.content = Data(reader.lenientBytes) }
            case .document: try self.decodeDocument(reader, into: &message)
            case .array: if reader.isKey("at_user_id_list") { message.atUserIdlist = try reader.lenientTexts() }
            default: break
            }
        }
        return message
    }

    private static func decodeText(_ reader: borrowing BSONReader, into message: inout Openim_Sdkws_MsgData) {
        if reader.isKey("content") {
            message.content = Data(reader.lenientBytes)
        } else if reader.isKey("send_id") {
            message.sendID = reader.lenientText
        } else if reader.isKey("recv_id") {
            message.recvID = reader.lenientText
        } else if reader.isKey("group_id") {
            message.groupID = reader.lenientText
        } else if reader.isKey("client_msg_id") {
            message.clientMsgID = reader.lenientText
        } else if reader.isKey("server_msg_id") {
            message.serverMsgID = reader.lenientText
        } else if reader.isKey("sender_nickname") {
            message.senderNickname = reader.lenientText
        } else if reader.isKey("sender_face_url") {
            message.senderFaceURL = reader.lenientText
        } else if reader.isKey("attached_info") {
            message.attachedInfo = reader.lenientText
        } else if reader.isKey("ex") {
            message.ex = reader.lenientText
        }
    }

    private static func decodeNumber(_ reader: borrowing BSONReader, into message: inout Openim_Sdkws_MsgData) {
        let number = reader.lenientInt64
        if reader.isKey("seq") {
            message.seq = number
        } else if reader.isKey("send_time") {
            message.sendTime = number
        } else if reader.isKey("create_time") {
            message.createTime = number
        } else if reader.isKey("status") {
            message.status = Int32(truncatingIfNeeded: number)
        } else if reader.isKey("content_type") {
            message.contentType = Int32(truncatingIfNeeded: number)
        } else if reader.isKey("session_type") {
            message.sessionType = Int32(truncatingIfNeeded: number)
        } else if reader.isKey("msg_from") {
            message.msgFrom = Int32(truncatingIfNeeded: number)
        } else if reader.isKey("sender_platform_id") {
            message.senderPlatformID = Int32(truncatingIfNeeded: number)
        }
    }

    private static func decodeDocument(
        _ reader: borrowing BSONReader,
        into message: inout Openim_Sdkws_MsgData
    ) throws(MongoError) {
        if reader.isKey("options") {
            message.options = try reader.readDocument { (reader: inout BSONReader) throws(MongoError) in
                var options: [String: Bool] = [:]
                while try reader.next() {
                    if reader.type == .bool { options[reader.key] = reader.lenientBool }
                }
                return options
            }
        } else if reader.isKey("offline_push") {
            message.offlinePushInfo = try reader.readDocument(self.decodePush)
        }
    }

    private static func decodePush(_ reader: inout BSONReader) throws(MongoError) -> Openim_Sdkws_OfflinePushInfo {
        var push = Openim_Sdkws_OfflinePushInfo()
        while try reader.next() {
            if reader.isKey("title") {
                push.title = reader.lenientText
            } else if reader.isKey("desc") {
                push.desc = reader.lenientText
            } else if reader.isKey("ex") {
                push.ex = reader.lenientText
            } else if reader.isKey("ios_push_sound") {
                push.iOspushSound = reader.lenientText
            } else if reader.isKey("ios_badge_count") {
                push.iOsbadgeCount = reader.lenientBool
            }
        }
        return push
    }
}
