import IMProtocol
import OpenSSL

/// What the server decides of a message before anything else is looked at.
enum OutgoingMessage {
    /// Sets the server's id, the state, and the options of some content types.
    ///
    /// The server's id is derived from sender and client id, so that a message that is sent again gets the same one. All
    /// options that a content type has are written down, whether the client sent a map or not.
    static func complete(_ message: inout Openim_Sdkws_MsgData) throws {
        message.serverMsgID = Hex.encode(try Digest.md5(Array("\(message.sendID)\u{0}\(message.clientMsgID)".utf8)))
        message.seq = 0
        message.status = MessageStatus.sending.rawValue
        message.isRead = false
        switch ContentType(rawValue: message.contentType) {
        case .revoke:
            message.switchOff(.unreadCount, .offlinePush)
        case .hasReadReceipt:
            message.switchOff(.conversationUpdate, .senderConversationUpdate, .unreadCount, .offlinePush)
        case .typing:
            message.switchOff(
                .history,
                .persistent,
                .senderSync,
                .conversationUpdate,
                .senderConversationUpdate,
                .unreadCount,
                .offlinePush
            )
        default: break
        }
    }
}

extension Openim_Sdkws_MsgData {
    /// Whether this is the server's to send: by its content type, or because it belongs to the notification conversation.
    var isNotification: Bool {
        ContentType(rawValue: self.contentType).isNotification || !self.isOn(.isNotNotification)
    }
}
