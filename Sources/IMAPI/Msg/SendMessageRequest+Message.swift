internal import FoundationEssentials
internal import IMProtocol

extension SendMessageRequest {
    /// The message that the request asks to send.
    ///
    /// - Parameters:
    ///   - clientMsgID: the id that receivers tell repeats by; 32 hexadecimal digits.
    ///   - createTime: milliseconds since 1970.
    /// - Returns: the message, with what the message service fills in left empty.
    /// - Throws: 1001 that names the key of `content` that breaks its rule.
    func message(clientMsgID: String, createTime: Int64) throws(IMError) -> Openim_Sdkws_MsgData {
        try ContentRule.check(self.content, of: self.contentType)
        var message = Openim_Sdkws_MsgData()
        message.sendID = self.sendID
        message.recvID = self.recvID
        message.groupID = self.groupID
        message.clientMsgID = clientMsgID
        message.senderPlatformID = self.senderPlatformID
        message.senderNickname = self.senderNickname
        message.senderFaceURL = self.senderFaceURL
        message.sessionType = self.sessionType
        message.msgFrom = MessageOrigin.system.rawValue
        message.contentType = self.contentType.rawValue
        message.content = Data(self.storedContent)
        message.sendTime = self.sendTime
        message.createTime = createTime
        message.ex = self.ex
        if let offlinePushInfo = self.offlinePushInfo {
            message.offlinePushInfo = offlinePushInfo
        }
        if self.isOnlineOnly {
            message.switchOff(.history, .persistent, .senderSync, .conversationUpdate)
        }
        if self.notOfflinePush {
            message.switchOff(.offlinePush)
        }
        if self.contentType == .oaNotification {
            message.sessionType = SessionType.notification.rawValue
        }
        if self.contentType == .atText, case .array(let users)? = self.content["atUserList"] {
            message.atUserIdlist = users.compactMap(ContentRule.text)
        }
        return message
    }

    /// What receivers read: the content as it was sent, with sorted keys; in a wrapper for system notifications.
    private var storedContent: [UInt8] {
        let text = self.content.encoded(sortedKeys: true)
        guard self.contentType == .oaNotification else { return text }
        return JSONValue.object([JSONMember("detail", .string(String(decoding: text, as: UTF8.self)))]).encoded()
    }
}
