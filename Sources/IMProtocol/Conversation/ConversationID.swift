/// The names of conversations and of the Kafka keys that keep their order (OpenIM v3.8).
package enum ConversationID {
    /// The chat conversation of a message: `si_a_b`, `sg_group`, `sn_a_b`; nil for an unknown session type.
    package static func chat(_ message: Openim_Sdkws_MsgData) -> String? {
        switch SessionType(rawValue: message.sessionType) {
        case .single: "si_" + pair(message.sendID, message.recvID)
        case .writeGroup: "g_" + message.groupID
        case .group: "sg_" + message.groupID
        case .notification: "sn_" + pair(message.sendID, message.recvID)
        case nil: nil
        }
    }

    /// The notification conversation of a message: `n_a_b` or `n_group`; nil for an unknown session type.
    package static func notification(_ message: Openim_Sdkws_MsgData) -> String? {
        switch SessionType(rawValue: message.sessionType) {
        case .single, .notification: "n_" + pair(message.sendID, message.recvID)
        case .writeGroup, .group: "n_" + message.groupID
        case nil: nil
        }
    }

    /// The conversation that a message belongs to, by its option `isNotNotification`; nil for an unknown session type.
    package static func of(_ message: Openim_Sdkws_MsgData) -> String? {
        message.isOn(.isNotNotification) ? chat(message) : notification(message)
    }

    /// The key of a message's Kafka records: the pair or the group without prefix, so that a chat and its notifications
    /// share a partition.
    package static func kafkaKey(_ message: Openim_Sdkws_MsgData) -> String? {
        switch SessionType(rawValue: message.sessionType) {
        case .single, .notification: pair(message.sendID, message.recvID)
        case .writeGroup, .group: message.groupID
        case nil: nil
        }
    }

    /// The notification conversation that goes with a chat conversation: the text before the first `_` becomes `n`.
    package static func notificationTwin(of conversationID: String) -> String {
        guard let separator = conversationID.firstIndex(of: "_") else { return "n_" + conversationID }
        return "n" + conversationID[separator...]
    }

    /// The chat conversations that a notification conversation may go with.
    package static func chats(ofTwin notificationID: String) -> [String] {
        guard self.isNotification(notificationID) else { return [] }
        return ["si", "sg", "sn", "g"].map { $0 + notificationID.dropFirst() }
    }

    /// The conversation of notifications that a user sends to itself.
    package static func ownNotifications(of userID: String) -> String {
        "n_\(userID)_\(userID)"
    }

    /// Whether `conversationID` names a notification conversation.
    package static func isNotification(_ conversationID: String) -> Bool {
        conversationID.hasPrefix("n_")
    }

    /// Both ids in bytewise ascending order, joined by `_`.
    ///
    /// Swift compares strings by their canonical form, which may differ from the order of their bytes, so the bytes are
    /// compared.
    private static func pair(_ left: String, _ right: String) -> String {
        left.utf8.lexicographicallyPrecedes(right.utf8) ? "\(left)_\(right)" : "\(right)_\(left)"
    }
}
