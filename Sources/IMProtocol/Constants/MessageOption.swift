/// A switch of `MsgData.options`; the raw value is the map's key.
///
/// A missing key, or a missing map, means true: only an explicit false switches off.
package enum MessageOption: String, Sendable, CaseIterable {
    /// False: not stored, no seq, delivered only to clients that are connected.
    case history
    /// False: the client does not keep it.
    case persistent
    /// False: no offline push.
    case offlinePush
    /// False: the client does not raise its unread counter.
    case unreadCount
    /// False: the client leaves its conversation list as it is.
    case conversationUpdate
    /// False: in single chats not pushed to the sender's own connections.
    case senderSync
    /// False: the message is private (burn after reading).
    case notPrivate
    /// False: the sender's other terminals leave their conversation as it is.
    case senderConversationUpdate
    /// Not used by the server.
    case senderNotificationPush
    /// Not used by the server.
    case reactionFromCache
    /// False: the message is a notification and belongs to the notification conversation.
    case isNotNotification
    /// Only looked at for notifications. True: a copy is stored as a visible message of the chat.
    case isSendMsg
}

extension Openim_Sdkws_MsgData {
    /// Whether `option` is on.
    package func isOn(_ option: MessageOption) -> Bool {
        self.options[option.rawValue] ?? true
    }

    /// Switches `options` off.
    package mutating func switchOff(_ options: MessageOption...) {
        for option in options {
            self.options[option.rawValue] = false
        }
    }
}
