import Foundation
package import IMProtocol
package import Mongo
import SwiftProtobuf

/// A message as the history stores it: the slot field `msg`, with the names that OpenIM v3.8 uses.
package enum MessageDocument {
    /// The stored form of a message.
    package static func encode(_ message: Openim_Sdkws_MsgData) -> BSONDocument {
        [
            "send_id": .string(message.sendID),
            "recv_id": .string(message.recvID),
            "group_id": .string(message.groupID),
            "client_msg_id": .string(message.clientMsgID),
            "server_msg_id": .string(message.serverMsgID),
            "sender_platform_id": .int32(message.senderPlatformID),
            "sender_nickname": .string(message.senderNickname),
            "sender_face_url": .string(message.senderFaceURL),
            "session_type": .int32(message.sessionType),
            "msg_from": .int32(message.msgFrom),
            "content_type": .int32(message.contentType),
            "content": self.content(message.content),
            "seq": .int64(message.seq),
            "send_time": .int64(message.sendTime),
            "create_time": .int64(message.createTime),
            "status": .int32(message.status),
            "is_read": .bool(message.isRead),
            "options": self.options(message.options),
            "offline_push": message.hasOfflinePushInfo ? self.offlinePush(message.offlinePushInfo) : .null,
            "at_user_id_list": message.atUserIdlist.isEmpty ? .null : .array(message.atUserIdlist.map { .string($0) }),
            "attached_info": .string(message.attachedInfo),
            "ex": .string(message.ex),
        ]
    }

    /// The message of a stored form; fields that are absent stay empty.
    package static func decode(_ document: BSONDocument) -> Openim_Sdkws_MsgData {
        Openim_Sdkws_MsgData.with {
            $0.sendID = document.text("send_id")
            $0.recvID = document.text("recv_id")
            $0.groupID = document.text("group_id")
            $0.clientMsgID = document.text("client_msg_id")
            $0.serverMsgID = document.text("server_msg_id")
            $0.senderPlatformID = document.int32("sender_platform_id")
            $0.senderNickname = document.text("sender_nickname")
            $0.senderFaceURL = document.text("sender_face_url")
            $0.sessionType = document.int32("session_type")
            $0.msgFrom = document.int32("msg_from")
            $0.contentType = document.int32("content_type")
            $0.content = Data(document.bytes("content"))
            $0.seq = document.int64("seq")
            $0.sendTime = document.int64("send_time")
            $0.createTime = document.int64("create_time")
            $0.status = document.int32("status")
            $0.isRead = document.bool("is_read")
            $0.attachedInfo = document.text("attached_info")
            $0.ex = document.text("ex")
            for (key, value) in document.document("options") ?? BSONDocument() {
                if case .bool(let isOn) = value { $0.options[key] = isOn }
            }
            for case .string(let userID) in document.array("at_user_id_list") { $0.atUserIdlist.append(userID) }
            if let push = document.document("offline_push") {
                $0.offlinePushInfo = .with {
                    $0.title = push.text("title")
                    $0.desc = push.text("desc")
                    $0.ex = push.text("ex")
                    $0.iOspushSound = push.text("ios_push_sound")
                    $0.iOsbadgeCount = push.bool("ios_badge_count")
                }
            }
        }
    }

    /// Text, as OpenIM stores it; bytes that are no UTF-8 are kept as they are instead of being mended.
    private static func content(_ content: Data) -> BSONValue {
        String(validating: content, as: UTF8.self).map { .string($0) } ?? .binary(Array(content), subtype: 0)
    }

    private static func options(_ options: [String: Bool]) -> BSONValue {
        guard !options.isEmpty else { return .null }
        var document = BSONDocument()
        for (key, isOn) in options.sorted(by: { $0.key < $1.key }) {
            document.append(key, .bool(isOn))
        }
        return .document(document)
    }

    private static func offlinePush(_ push: Openim_Sdkws_OfflinePushInfo) -> BSONValue {
        .document([
            "title": .string(push.title),
            "desc": .string(push.desc),
            "ex": .string(push.ex),
            "ios_push_sound": .string(push.iOspushSound),
            "ios_badge_count": .bool(push.iOsbadgeCount),
        ])
    }
}
