import Foundation
package import IMProtocol
package import Mongo

/// A message as the history stores it, with the names that OpenIM v3.8 uses: the field `msg` of a slot.
///
/// Written from the message straight into the bytes of the document, and read from them, since each message of the
/// pipeline passes here.
package enum MessageDocument {
    /// The stored form of a message.
    package static func encode(_ message: Openim_Sdkws_MsgData) -> BSONDocument {
        BSONDocument.build(reserving: self.byteCount(of: message)) {
            self.append(message, status: message.status, to: &$0)
        }
    }

    /// About how many bytes a message takes in its slot; no less than it does.
    static func byteCount(of message: Openim_Sdkws_MsgData) -> Int {
        // 22 keys with their types and lengths, and a slot around them.
        var count = 640 + message.content.count
        count += message.sendID.utf8.count + message.recvID.utf8.count + message.groupID.utf8.count
        count += message.clientMsgID.utf8.count + message.serverMsgID.utf8.count
        count += message.senderNickname.utf8.count + message.senderFaceURL.utf8.count
        count += message.attachedInfo.utf8.count + message.ex.utf8.count
        for key in message.options.keys { count += key.utf8.count + 3 }
        for userID in message.atUserIdlist { count += userID.utf8.count + 16 }
        if message.hasOfflinePushInfo {
            let push = message.offlinePushInfo
            count += 100 + push.title.utf8.count + push.desc.utf8.count + push.ex.utf8.count
            count += push.iOspushSound.utf8.count
        }
        return count
    }

    /// Writes a filled slot.
    static func appendSlot(_ message: BlockPart.Message, to slot: inout BSONBuilder) {
        slot.append("id", binary: message.identity.bytes)
        slot.appendDocument("msg") { self.appendSent(message.data, to: &$0) }
        self.appendMarks(to: &slot)
    }

    /// Writes a slot for a message that is still to come.
    static func appendEmptySlot(to slot: inout BSONBuilder) {
        slot.appendNull("id")
        slot.appendNull("msg")
        self.appendMarks(to: &slot)
    }

    private static func appendMarks(to slot: inout BSONBuilder) {
        slot.appendNull("revoke")
        slot.appendArray("del_list") { _ in }
        slot.append("is_read", false)
    }

    /// Writes the fields of a message; what was still being sent counts as sent once it is kept.
    static func appendSent(_ message: Openim_Sdkws_MsgData, to document: inout BSONBuilder) {
        let isSending = message.status == MessageStatus.sending.rawValue
        self.append(message, status: isSending ? MessageStatus.sent.rawValue : message.status, to: &document)
    }

    private static func append(
        _ message: Openim_Sdkws_MsgData,
        status: Int32,
        to document: inout BSONBuilder
    ) {
        document.append("send_id", message.sendID)
        document.append("recv_id", message.recvID)
        document.append("group_id", message.groupID)
        document.append("client_msg_id", message.clientMsgID)
        document.append("server_msg_id", message.serverMsgID)
        document.append("sender_platform_id", message.senderPlatformID)
        document.append("sender_nickname", message.senderNickname)
        document.append("sender_face_url", message.senderFaceURL)
        document.append("session_type", message.sessionType)
        document.append("msg_from", message.msgFrom)
        document.append("content_type", message.contentType)
        self.appendContent(message.content, to: &document)
        document.append("seq", message.seq)
        document.append("send_time", message.sendTime)
        document.append("create_time", message.createTime)
        document.append("status", status)
        document.append("is_read", message.isRead)
        self.appendOptions(message.options, to: &document)
        if message.hasOfflinePushInfo {
            document.appendDocument("offline_push") { self.append(message.offlinePushInfo, to: &$0) }
        } else {
            document.appendNull("offline_push")
        }
        self.appendMentions(message.atUserIdlist, to: &document)
        document.append("attached_info", message.attachedInfo)
        document.append("ex", message.ex)
    }

    /// Text, as OpenIM stores it; bytes that are no UTF-8 are kept as they are instead of being mended.
    private static func appendContent(_ content: Data, to document: inout BSONBuilder) {
        document.append("content", utf8: content.bytes, orBinary: true)
    }

    /// In the order of their keys, so that a message is the same bytes whenever it is written.
    private static func appendOptions(_ options: [String: Bool], to document: inout BSONBuilder) {
        guard !options.isEmpty else { return document.appendNull("options") }
        document.appendDocument("options") { document in
            for (key, isOn) in options.sorted(by: { $0.key < $1.key }) { document.append(key, isOn) }
        }
    }

    private static func append(_ push: Openim_Sdkws_OfflinePushInfo, to document: inout BSONBuilder) {
        document.append("title", push.title)
        document.append("desc", push.desc)
        document.append("ex", push.ex)
        document.append("ios_push_sound", push.iOspushSound)
        document.append("ios_badge_count", push.iOsbadgeCount)
    }

    private static func appendMentions(_ userIDs: [String], to document: inout BSONBuilder) {
        guard !userIDs.isEmpty else { return document.appendNull("at_user_id_list") }
        document.appendArray("at_user_id_list") { array in
            for userID in userIDs { array.append(userID) }
        }
    }
}
